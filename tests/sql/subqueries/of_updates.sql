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
SELECT id, name FROM customers WHERE id IN (SELECT customer FROM totals WHERE price > 100);
SELECT id, name FROM customers WHERE id IN (SELECT customer FROM orders GROUP BY customer HAVING COUNT(*) > 3);
SELECT customer, orders FROM totals WHERE customer IN (SELECT order_id FROM paid);
SELECT customer, orders FROM totals t WHERE NOT EXISTS (SELECT * FROM paid p WHERE p.order_id = t.customer AND p.amount > t.orders * 20);
SELECT id FROM orders WHERE price IN (SELECT MAX(price) FROM orders);
SELECT customer FROM totals WHERE orders NOT IN (SELECT times FROM paid);
SELECT COUNT(*) FROM totals WHERE orders IN (SELECT times FROM paid);
SELECT id FROM customers WHERE id IN (SELECT customer FROM orders UNION SELECT order_id FROM payments);
SELECT id FROM customers WHERE name IN (SELECT DISTINCT name FROM accounts WHERE region = 'us');
