-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id FROM t WHERE qty > 0;
SELECT id FROM t WHERE NOT (qty > 0);
SELECT id FROM t WHERE name IS NULL OR name = '';
SELECT id FROM t WHERE ok;
SELECT id FROM t WHERE ok IS NOT TRUE;
SELECT id FROM t WHERE qty BETWEEN 0 AND 3;
SELECT id FROM t WHERE qty IN (1, 3, 5) OR name IN ('Bob', 'ann');
SELECT id FROM t WHERE id NOT IN (1, 2, 3);
SELECT id FROM t WHERE name LIKE '%n%';
SELECT id FROM t WHERE d >= DATE '2000-01-01' AND ts < TIMESTAMP '2024-03-01 00:00:00';
SELECT id FROM t WHERE FALSE;
SELECT id FROM t WHERE 1 = 1;
