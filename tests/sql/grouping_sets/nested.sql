-- order: net
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT g, COUNT(*) AS groups_, SUM(n) AS rows_
FROM (SELECT customer, product, GROUPING_ID(customer, product) AS g, COUNT(*) AS n FROM orders GROUP BY CUBE (customer, product)) GROUP BY g;
