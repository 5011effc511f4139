-- order: net
CREATE TABLE t (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT k, v FROM t UNION SELECT k, v FROM t;
SELECT k FROM t INTERSECT SELECT CAST(NULL AS STRING) FROM t;
SELECT v FROM t EXCEPT SELECT v FROM t WHERE v IS NULL;
SELECT v FROM t EXCEPT ALL SELECT v FROM t WHERE id < 4;
SELECT DISTINCT k IS NULL, v IS NULL FROM t;
