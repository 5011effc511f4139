-- order: exact
-- modes: straight
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT COUNT(s), STDDEV_POP(s), VAR_SAMP(s), AVG(s), MIN(s) FROM (SELECT customer, CAST(SUM(amount) AS DOUBLE) AS s FROM orders GROUP BY customer);
