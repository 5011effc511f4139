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
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON o.customer = c.id WHERE c.region = 'us';
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON o.customer = c.id WHERE o.price > 50;
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON o.customer = c.id WHERE c.id IS NULL;
SELECT o.id, c.name FROM orders o FULL JOIN customers c ON o.customer = c.id WHERE o.price > 50;
SELECT o.id, c.name FROM orders o FULL JOIN customers c ON o.customer = c.id WHERE c.region = 'eu' AND o.price < 60;
SELECT o.id, c.name FROM orders o RIGHT JOIN customers c ON o.customer = c.id WHERE o.state = 'paid' OR o.state = 'new';
SELECT o.id, c.name FROM orders o RIGHT JOIN customers c ON o.customer = c.id WHERE COALESCE(o.state, 'new') = 'new';
