-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, price DECIMAL(8, 2), ok BOOLEAN, d DATE, ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT id, CASE name WHEN 'ann' THEN 1 WHEN 'Bob' THEN 2 ELSE 0 END, CASE WHEN qty > 1 THEN 'many' WHEN qty = 1 THEN 'one' END,
  CASE WHEN price > 1 THEN price ELSE qty END, CASE WHEN ok THEN 1 ELSE 2.5 END FROM t;
