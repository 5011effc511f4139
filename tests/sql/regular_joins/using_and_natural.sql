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
SELECT * FROM customers JOIN (SELECT customer AS id, price, state FROM orders) o USING (id);
SELECT id, name, price FROM customers LEFT JOIN (SELECT customer AS id, price FROM orders) o USING (id);
SELECT id, name, price FROM customers RIGHT JOIN (SELECT customer AS id, price FROM orders) o USING (id);
SELECT id, customers.id, o.id, price FROM customers FULL JOIN (SELECT customer AS id, price FROM orders) o USING (id);
SELECT * FROM customers NATURAL JOIN (SELECT customer AS id, price FROM orders) o;
SELECT * FROM (SELECT id, name FROM customers) c NATURAL LEFT JOIN accounts;
SELECT id, a.region, price FROM customers c JOIN accounts a USING (id, name) JOIN (SELECT customer AS id, price FROM orders) o USING (id);
SELECT id, price FROM customers FULL JOIN (SELECT CAST(customer AS BIGINT) + 3000000000 AS id, price FROM orders) o USING (id);
