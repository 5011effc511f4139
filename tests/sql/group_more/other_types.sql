-- order: exact
CREATE TABLE o (k INT, b BOOLEAN, d DATE, t TIME(0), ts TIMESTAMP(3), s STRING)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/others.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, MIN(b), MAX(b), MIN(d), MAX(d), MIN(t), MAX(t), MIN(ts), MAX(ts), MIN(s), MAX(s), COUNT(DISTINCT d) FROM o GROUP BY k;
SELECT b, COUNT(*) FROM o GROUP BY b;
SELECT d, t, COUNT(*) FROM o GROUP BY d, t;
SELECT ts, COUNT(*) FROM o GROUP BY ts;
