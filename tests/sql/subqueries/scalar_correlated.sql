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
SELECT id, (SELECT MAX(price) FROM orders o WHERE o.customer = c.id) AS dearest FROM customers c;
SELECT id, (SELECT COUNT(*) FROM orders o WHERE o.customer = c.id AND o.price > 30) AS n FROM customers c;
SELECT id, (SELECT COUNT(*) + 1 FROM orders o WHERE o.customer = c.id) AS n, (SELECT MIN(amount) FROM payments) AS least FROM customers c;
SELECT id, price FROM orders o WHERE price > (SELECT AVG(x.price) FROM orders x WHERE x.customer = o.customer);
SELECT id FROM orders o WHERE price > (SELECT AVG(x.price) FROM orders x WHERE x.customer = o.customer) OR id < 3;
SELECT id, (SELECT name FROM customers c WHERE c.id = 3) AS ann FROM orders WHERE id < 6;
SELECT id, (SELECT name FROM accounts a WHERE a.id = o.customer) AS name FROM orders o;
SELECT id, price - (SELECT MIN(price) FROM orders) AS above FROM orders WHERE price > (SELECT MIN(price) + 60 FROM orders);
SELECT id, (SELECT name FROM nobody) AS nothing FROM customers WHERE id < 5;
SELECT customer, price, (SELECT SUM(amount) FROM payments p WHERE p.order_id = t.orders) AS odd FROM totals t;
