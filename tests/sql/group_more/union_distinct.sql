-- note: UNION without ALL removes duplicates
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT customer FROM orders WHERE amount > 2 UNION SELECT product FROM orders WHERE amount > 2;
