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
SELECT c.name, t.orders, t.price FROM customers c JOIN totals t ON c.id = t.customer;
SELECT c.name, t.orders, t.price FROM customers c LEFT JOIN totals t ON c.id = t.customer;
SELECT t.customer, t.orders, p.amount FROM totals t JOIN paid p ON t.customer = p.order_id;
SELECT t.customer, p.order_id, p.amount FROM totals t FULL JOIN paid p ON t.customer = p.order_id;
SELECT o.id, o.price, t.price FROM orders o RIGHT JOIN totals t ON o.customer = t.customer AND o.price * 2 > t.price;
SELECT t.customer, p.order_id FROM totals t JOIN paid p ON t.orders = p.times;
SELECT t.customer, p.order_id FROM totals t LEFT JOIN paid p ON t.orders = p.times AND t.price < p.amount * 20;
SELECT t.orders, p.times FROM (SELECT orders FROM totals) t FULL JOIN (SELECT times FROM paid) p ON t.orders = p.times;
