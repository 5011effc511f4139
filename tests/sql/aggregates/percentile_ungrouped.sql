-- modes: straight
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT PERCENTILE(amount, 0.5), PERCENTILE(price, ARRAY[0.05, 0.95]) FROM orders;
SELECT PERCENTILE(v, 0.5) FROM (VALUES (1e0), (CAST('NaN' AS DOUBLE)), (CAST('Infinity' AS DOUBLE))) AS t(v);
SELECT PERCENTILE(v, 0.5, f) FROM (VALUES (1, -2), (2, 1), (10, 5)) AS t(v, f);
SELECT PERCENTILE(v, p) FROM (VALUES (CAST(NULL AS INT), 0.0), (2, 1.0), (10, 0.5)) AS t(v, p);
