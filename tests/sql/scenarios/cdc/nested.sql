CREATE TABLE t (id INT, r ROW<a INT, b ARRAY<STRING>>, m MAP<STRING, INT>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/nested.json', 'format' = 'debezium-json');
SELECT * FROM t;
SELECT r.a, CARDINALITY(r.b), m['x'] FROM t;
SELECT e, COUNT(*) FROM t CROSS JOIN UNNEST(t.r.b) AS u (e) GROUP BY e;
SELECT COLLECT(r.a) FROM t;
SELECT r, COUNT(*) FROM t GROUP BY r;
