-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM t;
SELECT id, id AS again, name FROM t;
SELECT t.*, id + 1 FROM t;
SELECT x.name, x.id FROM t AS x;
SELECT `id` AS `select`, 'const' AS c, NULLIF(1, 1) FROM t;
