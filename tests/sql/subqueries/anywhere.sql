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
CREATE VIEW totals AS SELECT customer, COUNT(*) AS orders, SUM(price) AS price FROM orders GROUP BY customer;
CREATE VIEW paid AS SELECT order_id, SUM(amount) AS amount, COUNT(*) AS times FROM payments GROUP BY order_id;
SELECT id FROM orders WHERE customer IN (SELECT id FROM customers WHERE region = 'eu') OR price > 80;
SELECT id FROM customers c WHERE region IS NULL OR EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id AND o.price > 60);
SELECT id FROM orders WHERE NOT (customer IN (SELECT id FROM customers WHERE region = 'eu') OR price > 50);
SELECT id FROM orders WHERE state IN (SELECT kind FROM payments) IS NOT TRUE AND price > 60;
SELECT id, customer IN (SELECT id FROM customers WHERE region = 'eu') AS eu FROM orders;
SELECT id, customer NOT IN (SELECT id FROM customers WHERE id < 12) AS late, price FROM orders WHERE price < 40;
SELECT id, region IN (SELECT state FROM orders) AS odd FROM customers;
SELECT id, EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id) AS orders FROM customers c;
SELECT id, CASE WHEN EXISTS (SELECT 1 FROM nobody) THEN 'some' ELSE 'none' END AS n FROM customers WHERE id < 4;
SELECT id, EXISTS (SELECT o.customer FROM orders o WHERE o.customer = c.id GROUP BY o.customer HAVING COUNT(*) > 2) AS often FROM customers c;
SELECT customer, orders IN (SELECT times FROM paid) AS like_paid FROM totals;
