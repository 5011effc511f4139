-- note: the partition column is not in the files, its value is in the folder's name
CREATE TABLE t (id INT, name STRING, price DECIMAL(8, 2), ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE o (id INT, price DECIMAL(8, 2), name STRING) PARTITIONED BY (name)
WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'json');
INSERT INTO o SELECT id, price, name FROM t WHERE id < 4;
INSERT INTO o PARTITION (name = 'fixed') SELECT id, price FROM t WHERE id = 4;
