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
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON o.customer = c.id;
SELECT o.id, c.id, c.name FROM orders o RIGHT JOIN customers c ON o.customer = c.id;
SELECT o.id, c.id, c.name FROM orders o FULL JOIN customers c ON o.customer = c.id;
SELECT c.name, n.name FROM customers c LEFT JOIN nobody n ON c.id = n.id;
SELECT c.name, n.name FROM nobody n FULL OUTER JOIN customers c ON c.id = n.id;
SELECT a.name, o.id FROM accounts a LEFT JOIN orders o ON o.customer = a.id;
SELECT a.name, c.region FROM accounts a FULL JOIN accounts c ON a.id = c.id + 5;
