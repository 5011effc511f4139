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
SELECT id, name FROM customers WHERE id NOT IN (SELECT order_id FROM payments WHERE order_id IS NOT NULL);
SELECT id, name FROM customers WHERE id NOT IN (SELECT order_id FROM payments);
SELECT id, name FROM customers c WHERE NOT EXISTS (SELECT * FROM orders o WHERE o.customer = c.id AND o.price > 50);
SELECT id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.amount > o.price);
SELECT id FROM orders WHERE NOT (id IN (SELECT id FROM accounts));
SELECT id FROM customers WHERE id NOT IN (SELECT id FROM nobody);
SELECT id FROM customers WHERE NOT EXISTS (SELECT * FROM nobody);
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id AND c.region = 'eu');
SELECT region, COUNT(*) FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id) GROUP BY region;
SELECT id FROM orders WHERE NOT (NOT (id IN (SELECT order_id FROM payments)));
