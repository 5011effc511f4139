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
SELECT o.id, b.v FROM orders o JOIN (VALUES (CAST(5 AS BIGINT), 'five'), (7, 'seven'), (70, 'more')) AS b(k, v) ON o.price = b.k;
SELECT o.id, b.v FROM orders o LEFT JOIN (VALUES (CAST(5.0 AS DECIMAL(10, 2)), 'five'), (7.00, 'seven')) AS b(k, v) ON o.price = b.k;
SELECT o.id, b.v FROM orders o LEFT JOIN (VALUES ('paid', 1), ('sent      ', 2)) AS b(k, v) ON o.state = b.k;
SELECT a.id, b.id FROM customers a JOIN customers b ON a.region IS NOT DISTINCT FROM b.region AND a.name = b.name;
SELECT a.id, b.id FROM customers a LEFT JOIN orders b ON a.id = b.customer AND a.region IS NOT DISTINCT FROM b.state;
SELECT o.id, b.v FROM orders o JOIN (VALUES (CAST(5 AS DOUBLE), 'five'), (CAST(7 AS DOUBLE), 'seven')) AS b(k, v) ON o.price = b.k;
