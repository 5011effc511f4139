-- note: MIN and MAX over retractions must find the next value
-- order: exact
-- modes: straight
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT MAX(s) AS hi, MIN(s) AS lo, COUNT(s) AS n FROM (SELECT customer, SUM(amount) AS s FROM orders GROUP BY customer);
