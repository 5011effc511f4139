-- order: exact
-- modes: straight
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT 'all' AS name, COUNT(*), SUM(amount) FROM orders GROUP BY 'all';
SELECT TRUE, MAX(id) FROM orders WHERE amount > 0;
