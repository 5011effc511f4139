-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM (SELECT customer, SUM(amount) AS s FROM orders GROUP BY customer) WHERE s BETWEEN 2 AND 6;
