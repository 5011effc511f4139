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
SELECT c.id, t.price FROM customers c, LATERAL (SELECT price FROM orders o WHERE o.customer = c.id) AS t;
SELECT c.id, t.price FROM customers c CROSS JOIN LATERAL (SELECT price FROM orders o WHERE o.customer = c.id AND o.price > 30) AS t;
SELECT c.id, t.price FROM customers c LEFT JOIN LATERAL (SELECT price FROM orders o WHERE o.customer = c.id) AS t ON TRUE;
SELECT c.id, t.p FROM customers c LEFT JOIN LATERAL (SELECT price * 2 AS p, state FROM orders o WHERE o.customer = c.id) AS t ON t.p > 100;
SELECT c.id, t.a, t.b FROM customers c JOIN LATERAL (SELECT id, state FROM orders o WHERE o.customer = c.id) AS t (a, b) ON t.a < 20 WHERE c.region = 'eu';
