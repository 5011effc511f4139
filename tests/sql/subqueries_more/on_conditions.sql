-- order: net
CREATE TABLE t (id INT, k STRING, v INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE u (k STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/u.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE lacks (w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/lacks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT t.id, u.w FROM t JOIN u ON t.k = u.k AND t.v > (SELECT MIN(w) FROM u);
SELECT t.id, u.w FROM t LEFT JOIN u ON t.k = u.k AND t.v > (SELECT MIN(w) + 4 FROM u);
SELECT t.id, u.w FROM t JOIN u ON t.k = u.k AND u.w < (SELECT MAX(w) - 2 FROM lacks);
