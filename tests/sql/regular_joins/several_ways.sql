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
SELECT c.name, o.id, p.amount FROM customers c JOIN orders o ON c.id = o.customer JOIN payments p ON p.order_id = o.id;
SELECT c.name, o.id, p.amount FROM customers c LEFT JOIN orders o ON c.id = o.customer LEFT JOIN payments p ON p.order_id = o.id;
SELECT c.name, o.id, p.amount FROM payments p, orders o, customers c WHERE p.order_id = o.id AND o.customer = c.id AND p.amount > 20;
SELECT c.name, x.id, x.amount FROM customers c LEFT JOIN (SELECT o.id, o.customer, p.amount FROM orders o JOIN payments p ON o.id = p.order_id) x ON c.id = x.customer;
SELECT c.name, o.id, p.amount FROM customers c FULL JOIN orders o ON c.id = o.customer FULL JOIN payments p ON p.order_id = o.id;
