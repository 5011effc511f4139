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
SELECT o.id, c.name, o.price FROM orders o JOIN customers c ON o.customer = c.id;
SELECT o.id, c.name, c.region FROM orders AS o INNER JOIN accounts AS c ON c.id = o.customer AND o.price > 40;
SELECT o.id, p.amount, p.kind FROM orders o JOIN payments p ON o.id = p.order_id AND p.amount < o.price;
SELECT o.id, o.customer + 1 AS k, c.name FROM orders o JOIN customers c ON o.customer + 1 = c.id * 2;
SELECT c.name, n.name FROM customers c JOIN nobody n ON c.id = n.id;
SELECT o.id, c.name FROM orders o, customers c WHERE o.customer = c.id AND c.region = 'eu' AND o.state IS NOT NULL;
SELECT c.id, c.name FROM customers c JOIN orders o ON c.name = o.state;
