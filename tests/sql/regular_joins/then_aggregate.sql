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
SELECT c.region, COUNT(*), SUM(o.price), MAX(p.amount) FROM customers c JOIN orders o ON c.id = o.customer LEFT JOIN payments p ON p.order_id = o.id GROUP BY c.region;
SELECT n, COUNT(*) FROM (SELECT c.id, COUNT(o.id) AS n FROM customers c LEFT JOIN orders o ON c.id = o.customer GROUP BY c.id) GROUP BY n;
SELECT DISTINCT c.region, t.orders FROM customers c LEFT JOIN totals t ON c.id = t.customer;
SELECT c.name FROM customers c JOIN orders o ON c.id = o.customer UNION SELECT state FROM orders;
