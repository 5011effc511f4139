-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
WITH a AS (SELECT id, qty FROM t WHERE qty > 0), b (k, q2) AS (SELECT id, qty * 2 FROM a WHERE id < 5)
SELECT a.id, a.qty FROM a;
WITH a AS (SELECT id, qty FROM t WHERE qty > 0), b (k, q2) AS (SELECT id, qty * 2 FROM a WHERE id < 5)
SELECT k, q2 FROM b;
WITH t AS (SELECT 5 AS z) SELECT z FROM t;
