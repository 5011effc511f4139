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
SELECT customer FROM orders INTERSECT SELECT order_id FROM payments;
SELECT customer FROM orders EXCEPT SELECT order_id FROM payments;
SELECT region, name FROM customers INTERSECT SELECT region, name FROM accounts;
SELECT state FROM orders EXCEPT SELECT region FROM customers;
SELECT customer, orders FROM totals INTERSECT SELECT order_id, times FROM paid;
SELECT customer FROM totals EXCEPT SELECT order_id FROM paid;
SELECT id FROM customers EXCEPT (SELECT customer FROM orders INTERSECT SELECT order_id FROM payments);
SELECT COUNT(*) FROM (SELECT customer FROM orders EXCEPT SELECT order_id FROM payments);
SELECT CAST(price AS BIGINT) FROM orders INTERSECT SELECT amount FROM payments;
