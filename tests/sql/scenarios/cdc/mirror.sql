CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
SELECT * FROM customers;
SELECT id, UPPER(name), credit * 2 FROM customers WHERE city = 'Oslo';
SELECT city FROM customers;
SELECT DISTINCT city FROM customers;
SELECT COUNT(*), SUM(credit), MIN(name), MAX(credit), AVG(credit) FROM customers;
