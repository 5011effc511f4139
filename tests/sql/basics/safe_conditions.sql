-- note: the guarded side must not be evaluated for the other rows
-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id, CASE WHEN qty <> 0 THEN 10 / qty END FROM t;
SELECT id FROM t WHERE qty <> 0 AND 10 / qty > 1;
SELECT id, COALESCE(qty, 10 / (id - 6)) FROM t WHERE id <> 6;
SELECT id, IF(qty = 0, -1, 10 / qty) FROM t;
