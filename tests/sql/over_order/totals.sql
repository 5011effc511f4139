-- modes: straight
-- note: equal totals are told where what was gathered differs, as in AVG of a further row
CREATE TABLE t (id INT, k STRING, v INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id, k, v, SUM(v) OVER (PARTITION BY k ORDER BY v) AS total FROM t;
SELECT id, k, v, SUM(v) OVER (PARTITION BY k ORDER BY v ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS total FROM t;
SELECT id, k, v, AVG(v) OVER (PARTITION BY k ORDER BY s) AS mean FROM t;
SELECT id, k, v, MAX(v) OVER (PARTITION BY k ORDER BY s), MIN(v) OVER (PARTITION BY k ORDER BY s) FROM t;
SELECT id, k, v, COUNT(v) OVER (PARTITION BY k ORDER BY s), COUNT(*) OVER (PARTITION BY k ORDER BY s) FROM t;
SELECT id, k, v, LISTAGG(s) OVER (PARTITION BY k ORDER BY v) FROM t;
SELECT id, k, v, STDDEV_POP(v) OVER (PARTITION BY k ORDER BY s) FROM t;
SELECT id, v, SUM(v) OVER (ORDER BY v + 1) FROM t;
SELECT id, v, SUM(id) OVER (ORDER BY v NULLS LAST) FROM t;
SELECT id, v, SUM(id) OVER (ORDER BY CAST(v AS DOUBLE)) FROM t;
SELECT id, v, SUM(v) OVER (ORDER BY v > 5) FROM t;
SELECT id, total * 2 FROM (SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY s) AS total FROM t) WHERE total > 10;
SELECT total, COUNT(*) FROM (SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY s) AS total FROM t) GROUP BY total;
