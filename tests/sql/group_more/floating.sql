-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT product, SUM(weight), AVG(weight), MIN(weight), MAX(weight), SUM(CAST(weight AS FLOAT)), AVG(CAST(weight AS FLOAT)) FROM orders GROUP BY product;
