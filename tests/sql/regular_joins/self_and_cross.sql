-- order: net
CREATE TABLE customers (id INT, name STRING, region STRING)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE accounts (id INT, name STRING, region STRING, PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE orders (id INT, customer INT, price INT, state STRING)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE payments (order_id INT, amount INT, kind STRING)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE nobody (id INT, name STRING, region STRING)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/empty.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT a.id, b.id FROM customers a JOIN customers b ON a.region = b.region AND a.id < b.id;
SELECT a.id, b.id FROM customers a LEFT JOIN customers b ON a.id = b.id + 1;
SELECT a.id, b.amount FROM customers a CROSS JOIN payments b WHERE b.amount > 80;
SELECT a.id, b.id FROM accounts a JOIN accounts b ON a.id = b.id;
SELECT a.id, b.id FROM accounts a, accounts b WHERE a.id * 2 > b.id * 3;
SELECT COUNT(*) FROM customers, customers AS c2;
