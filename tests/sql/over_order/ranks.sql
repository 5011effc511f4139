-- modes: straight
CREATE TABLE t (id INT, k STRING, v INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id, k, v, RANK() OVER (PARTITION BY k ORDER BY v) AS n FROM t;
SELECT id, k, v, DENSE_RANK() OVER (PARTITION BY k ORDER BY v) AS n FROM t;
SELECT id, k, v, DENSE_RANK() OVER (PARTITION BY k ORDER BY v), RANK() OVER (PARTITION BY k ORDER BY v), COUNT(*) OVER (PARTITION BY k ORDER BY v) FROM t;
SELECT id, k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) AS n FROM t;
SELECT id, k, v, ROW_NUMBER() OVER (ORDER BY s) AS n FROM t;
SELECT id, n FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) AS n FROM t) WHERE n <> 1;
SELECT k, s, RANK() OVER (ORDER BY s) FROM (SELECT k, SUM(v) AS s FROM t GROUP BY k);
SELECT k, s, ROW_NUMBER() OVER (ORDER BY s) FROM (SELECT k, SUM(v) AS s FROM t GROUP BY k);
