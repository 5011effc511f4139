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
SELECT customer FROM orders INTERSECT ALL SELECT id FROM customers;
SELECT customer FROM orders EXCEPT ALL SELECT id FROM customers;
SELECT id FROM customers EXCEPT ALL SELECT customer FROM orders;
SELECT customer, state FROM orders INTERSECT ALL SELECT customer, state FROM orders WHERE price > 40;
SELECT customer, state FROM orders EXCEPT ALL SELECT customer, state FROM orders WHERE price > 40;
SELECT orders FROM totals INTERSECT ALL SELECT times FROM paid;
SELECT orders FROM totals EXCEPT ALL SELECT times FROM paid;
