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
SELECT o.id, p.amount FROM orders o LEFT JOIN payments p ON o.id = p.order_id AND p.amount < o.price;
SELECT o.id, p.amount FROM orders o RIGHT JOIN payments p ON o.id = p.order_id AND p.amount < o.price;
SELECT o.id, p.amount FROM orders o FULL JOIN payments p ON o.id = p.order_id AND p.amount < o.price;
SELECT o.id, p.amount FROM orders o LEFT JOIN payments p ON o.id = p.order_id AND p.kind = 'card' AND o.price > 30;
SELECT o.id, p.amount FROM orders o FULL JOIN payments p ON o.id = p.order_id AND p.kind = 'card' AND o.price > 30;
SELECT o.id, p.amount FROM orders o RIGHT JOIN payments p ON o.id = p.order_id AND p.kind = 'card' AND o.price > 30;
SELECT c.name, o.price FROM customers c LEFT JOIN orders o ON c.id < o.customer AND o.price > 80;
