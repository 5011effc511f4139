-- order: net
CREATE TABLE follows (a STRING, b STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/follows.json', 'format' = 'debezium-json');
SELECT x.a, y.b, x.w + y.w AS w FROM follows x JOIN follows y ON x.b = y.a WHERE x.a <> y.b;
SELECT x.a, x.b FROM follows x JOIN follows y ON x.a = y.b AND x.b = y.a;
SELECT x.a, y.a, z.a FROM follows x JOIN follows y ON x.b = y.a JOIN follows z ON y.b = z.a AND z.b = x.a;
SELECT x.a, COUNT(*) AS n, MAX(y.w) AS w FROM follows x LEFT JOIN follows y ON x.b = y.a AND y.w > x.w GROUP BY x.a;
