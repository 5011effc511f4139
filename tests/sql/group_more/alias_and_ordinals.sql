-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT o.customer AS c, COUNT(*) AS n FROM orders AS o GROUP BY o.customer;
SELECT COUNT(*) * 10 + 1, MAX(amount) - MIN(amount), customer || '!' FROM orders GROUP BY customer;
