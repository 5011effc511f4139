-- order: net
CREATE TABLE t (id INT, k STRING, v INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE u (k STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/u.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE lacks (w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/lacks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) > (SELECT MIN(w) FROM u);
SELECT k, COUNT(*) FROM t GROUP BY k HAVING k IN (SELECT k FROM u);
SELECT k, MAX(v) FROM t GROUP BY k HAVING MAX(v) NOT IN (SELECT w FROM u);
SELECT k, SUM(v + (SELECT MAX(w) FROM u)) FROM t GROUP BY k;
SELECT k, SUM((SELECT MAX(w) FROM u WHERE u.k = t.k)) FROM t GROUP BY k;
SELECT k, COUNT(*) FILTER (WHERE v IN (SELECT w FROM u)) FROM t GROUP BY k;
SELECT k, COUNT(*) + (SELECT MAX(w) FROM u) FROM t GROUP BY k;
SELECT COUNT(*), (SELECT MAX(w) FROM u) FROM t GROUP BY v + (SELECT MAX(w) FROM u);
SELECT COUNT(*) AS n FROM t HAVING COUNT(*) > (SELECT MAX(w) FROM u) - 1;
SELECT k, CASE WHEN MAX(v) IN (SELECT w FROM u) THEN 'in' ELSE 'out' END FROM t GROUP BY k;
