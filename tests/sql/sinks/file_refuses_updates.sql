CREATE TABLE t (id INT, name STRING, price DECIMAL(8, 2), ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE o (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'csv');
INSERT INTO o SELECT COUNT(*) FROM t;
