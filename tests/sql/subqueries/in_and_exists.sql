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
SELECT id, name FROM customers WHERE id IN (SELECT customer FROM orders WHERE price > 50);
SELECT id, name FROM customers c WHERE EXISTS (SELECT * FROM orders o WHERE o.customer = c.id AND o.price > 50);
SELECT id, name FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE customer = c.id AND price > c.id * 5);
SELECT id FROM orders WHERE (customer, price) IN (SELECT order_id, amount FROM payments) AND price < 1000;
SELECT id, price FROM orders WHERE price IN (SELECT amount FROM payments WHERE kind = 'card') AND state = 'paid';
SELECT id FROM orders o WHERE price IN (SELECT amount FROM payments p WHERE p.order_id = o.id);
SELECT id FROM customers WHERE EXISTS (SELECT * FROM nobody);
SELECT id FROM customers WHERE EXISTS (SELECT * FROM orders WHERE price > 85) AND id < 5;
SELECT c.name, o.id FROM customers c JOIN orders o ON c.id = o.customer WHERE o.id IN (SELECT order_id FROM payments);
SELECT id FROM orders WHERE customer + 1 IN (SELECT id * 2 FROM customers WHERE id IN (SELECT order_id FROM payments));
SELECT COUNT(*) FROM orders WHERE id IN (SELECT order_id FROM payments);
SELECT id FROM customers WHERE id IN (SELECT id FROM accounts);
