-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT product, COUNT(DISTINCT customer) AS customers, COUNT(*) AS n, AVG(DISTINCT amount) AS a FROM orders GROUP BY product;
