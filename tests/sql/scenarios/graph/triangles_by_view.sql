-- order: net
CREATE TABLE follows (a STRING, b STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/follows.json', 'format' = 'debezium-json');
CREATE VIEW pairs AS SELECT a, b FROM follows WHERE b IS NOT NULL AND a <> b;
SELECT x.a AS p, y.a AS q, z.a AS r FROM pairs x, pairs y, pairs z WHERE x.b = y.a AND y.b = z.a AND z.b = x.a AND x.a < y.a;
SELECT a, (SELECT COUNT(*) FROM pairs q WHERE q.b = p.a) AS followers FROM (SELECT DISTINCT a FROM pairs) p;
SELECT a FROM pairs GROUP BY a HAVING COUNT(DISTINCT b) > 1;
