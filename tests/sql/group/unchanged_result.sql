-- note: an update that leaves the result as it is emits nothing
-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT customer, MAX(amount), MIN(product) FROM orders GROUP BY customer;
SELECT customer FROM orders GROUP BY customer;
SELECT DISTINCT product FROM orders;
