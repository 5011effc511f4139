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
SELECT c.id, t.n, t.price FROM customers c, LATERAL (SELECT COUNT(*) AS n, SUM(price) AS price FROM orders o WHERE o.customer = c.id) AS t;
SELECT c.id, t.n FROM customers c LEFT JOIN LATERAL (SELECT COUNT(*) AS n FROM orders o WHERE o.customer = c.id) AS t ON TRUE;
SELECT c.id, t.state, t.n FROM customers c, LATERAL (SELECT state, COUNT(*) AS n FROM orders o WHERE o.customer = c.id GROUP BY state) AS t;
SELECT c.id, t.state FROM customers c, LATERAL (SELECT DISTINCT state FROM orders o WHERE o.customer = c.id) AS t;
