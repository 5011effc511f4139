-- order: exact
-- modes: straight
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT COUNT(DISTINCT customer), COUNT(DISTINCT product), COUNT(DISTINCT amount), SUM(DISTINCT amount) FROM orders;
