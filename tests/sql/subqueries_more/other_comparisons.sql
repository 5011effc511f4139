-- order: net
CREATE TABLE t (id INT, k STRING, v INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE u (k STRING, w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/u.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE lacks (w INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/lacks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id FROM t WHERE v > (SELECT MAX(w) FROM u WHERE u.k < t.k);
SELECT id FROM t WHERE v > (SELECT COUNT(*) FROM u WHERE u.w < t.v);
SELECT id, (SELECT COUNT(*) FROM u WHERE u.w < t.v) FROM t;
SELECT id, (SELECT MAX(w) FROM u WHERE u.w < t.v AND u.k = t.k) FROM t;
SELECT id, (SELECT COUNT(*) FROM u WHERE u.w < t.v AND u.k <> t.k) FROM t;
SELECT id FROM t WHERE v > (SELECT AVG(v) FROM t AS x WHERE x.id <> t.id);
SELECT id, EXISTS (SELECT 1 FROM u WHERE u.w > t.v) FROM t;
SELECT id, (SELECT w FROM u WHERE u.w > t.v + 5) FROM t;
SELECT id, CASE WHEN v IN (SELECT w FROM u WHERE u.w >= t.id) THEN 'in' ELSE 'out' END FROM t WHERE v IS NOT NULL;
