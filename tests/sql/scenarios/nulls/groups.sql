CREATE TABLE t (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT k, COUNT(*), COUNT(v), SUM(v), MIN(v), MAX(v), AVG(v) FROM t GROUP BY k;
SELECT v, COUNT(DISTINCT k), COUNT(k) FROM t GROUP BY v HAVING v IS NULL OR v > 0;
SELECT SUM(v), MIN(k) FROM t WHERE v IS NULL;
SELECT k, SUM(v) FROM t WHERE v IS NULL GROUP BY k;
SELECT COUNT(DISTINCT v), SUM(DISTINCT v), AVG(DISTINCT v), COUNT(*) FILTER (WHERE v > 0), SUM(v) FILTER (WHERE k IS NULL) FROM t;
