-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT product, SUM(price), AVG(price), MIN(price), MAX(price), COUNT(price), SUM(price * amount), SUM(price) / COUNT(*) FROM orders GROUP BY product;
