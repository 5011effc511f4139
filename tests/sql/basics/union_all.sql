CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE u (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/more.csv', 'format' = 'csv');
SELECT id, name FROM t UNION ALL SELECT id, name FROM u;
SELECT id FROM t WHERE id > 4 UNION ALL SELECT id * 10 FROM u UNION ALL SELECT id FROM u;
SELECT id, 'small' AS kind FROM u WHERE id < 2 UNION ALL SELECT id, 'large one' FROM u WHERE id >= 2;
SELECT id FROM u UNION ALL SELECT CAST(id AS BIGINT) * 2 FROM u;
SELECT id FROM u UNION ALL SELECT price FROM t;
