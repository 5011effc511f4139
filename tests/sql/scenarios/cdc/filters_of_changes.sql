CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
SELECT id, name FROM customers WHERE credit > 10 OR city IS NULL;
SELECT id, CASE WHEN credit >= 20 THEN 'rich' WHEN credit IS NULL THEN 'unknown' ELSE 'poor' END AS c FROM customers WHERE name LIKE '%a%';
SELECT UPPER(city) AS c, id * 10 AS k FROM customers WHERE UPPER(city) IN ('OSLO', 'PARIS');
SELECT CASE WHEN credit > 10 THEN 'rich' ELSE 'poor' END AS c, COUNT(*) AS n FROM customers GROUP BY CASE WHEN credit > 10 THEN 'rich' ELSE 'poor' END;
