-- order: net
CREATE TABLE t (id INT, k STRING, v INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE u (k STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/u.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE lacks (w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/lacks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, COUNT(*) AS c, ROW_NUMBER() OVER (ORDER BY COUNT(*)) FROM t GROUP BY k;
SELECT k, COUNT(*) AS c, RANK() OVER (ORDER BY k) FROM t GROUP BY k;
SELECT k, SUM(v) AS s, RANK() OVER (ORDER BY SUM(v)) AS r FROM t GROUP BY k HAVING COUNT(*) > 2;
SELECT k, COUNT(*), SUM(COUNT(*)) OVER (ORDER BY COUNT(*)) FROM t GROUP BY k;
SELECT k, s, COUNT(*), SUM(SUM(v)) OVER (PARTITION BY k ORDER BY s) FROM t GROUP BY k, s;
SELECT * FROM (SELECT k, ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC) AS n FROM t GROUP BY k) WHERE n <= 1;
SELECT COUNT(*), SUM(COUNT(*)) OVER (ORDER BY MAX(v)) FROM t;
