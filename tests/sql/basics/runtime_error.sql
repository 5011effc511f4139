-- note: a failing row fails the job; the next statement still runs
CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id, 10 / qty FROM t;
SELECT id, CAST(name AS INT) FROM t;
SELECT id, TRY_CAST(name AS INT) FROM t;
