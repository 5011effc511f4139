-- note: FIRST_VALUE and LAST_VALUE skip NULLs
-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT customer, FIRST_VALUE(product) AS fp, LAST_VALUE(product) AS lp, FIRST_VALUE(amount) AS fa, LAST_VALUE(amount) AS la, LAST_VALUE(price) AS l
FROM orders GROUP BY customer;
