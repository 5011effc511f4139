-- order: net
CREATE TABLE follows (a STRING, b STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/follows.json', 'format' = 'debezium-json');
CREATE VIEW two AS SELECT x.a, y.b, COUNT(*) AS ways, SUM(x.w * y.w) AS weight FROM follows x JOIN follows y ON x.b = y.a WHERE x.a <> y.b GROUP BY x.a, y.b;
CREATE VIEW fresh AS SELECT * FROM two t WHERE NOT EXISTS (SELECT 1 FROM follows f WHERE f.a = t.a AND f.b = t.b);
SELECT * FROM fresh;
SELECT a, b FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY a ORDER BY weight DESC, b) AS n FROM fresh) WHERE n = 1;
SELECT f.a, COALESCE(r.b, 'nobody') AS next_ FROM (SELECT DISTINCT a FROM follows) f LEFT JOIN (SELECT *, ROW_NUMBER() OVER (PARTITION BY a ORDER BY weight DESC, b) AS n FROM two) r ON f.a = r.a AND r.n = 1;
