-- order: net
CREATE TABLE t (id INT, k STRING, v INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE u (k STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/u.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE lacks (w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/lacks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT ARRAY_AGG(w) FROM lacks;
SELECT ARRAY_AGG(w IGNORE NULLS) FROM lacks;
SELECT ARRAY_AGG(w) IGNORE NULLS FROM lacks;
SELECT ARRAY_AGG(w RESPECT NULLS) FROM lacks;
SELECT ARRAY_AGG(s ORDER BY v) FROM t;
SELECT COLLECT(s) WITHIN GROUP (ORDER BY v) FROM u JOIN t ON t.k = u.k AND w = 1 AND s = 'x';
SELECT k, ARRAY_AGG(DISTINCT s) FILTER (WHERE v > 5) FROM t GROUP BY k;
SELECT LISTAGG(s) FILTER (WHERE v > 5) FROM t;
