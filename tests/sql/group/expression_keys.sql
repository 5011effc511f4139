-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT CHAR_LENGTH(customer) AS l, amount > 2 AS big, COUNT(*) FROM orders GROUP BY CHAR_LENGTH(customer), amount > 2;
SELECT CASE WHEN price >= 10 THEN 'dear' WHEN price < 10 THEN 'cheap' END AS class, SUM(price) FROM orders
GROUP BY CASE WHEN price >= 10 THEN 'dear' WHEN price < 10 THEN 'cheap' END;
