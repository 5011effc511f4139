-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id, qty + 1, qty * 2, qty - id, qty / 2, MOD(qty, 4), qty % 4, -qty, +qty FROM t;
SELECT id, price * qty, price + 1, price - 0.5, price / 3, price * 1.10, CAST(price AS DOUBLE) * 2 FROM t;
