-- modes: straight
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT customer, PERCENTILE(amount, 0.5) FROM orders GROUP BY customer;
SELECT customer, PERCENTILE(price, 0.3), PERCENTILE(amount, 1), PERCENTILE(weight, 0) FROM orders GROUP BY customer;
SELECT customer, PERCENTILE(weight, ARRAY[0.0, 0.25, 0.9, 1]) FROM orders GROUP BY customer;
SELECT customer, PERCENTILE(price, 0.5, amount) FROM orders GROUP BY customer;
SELECT customer, PERCENTILE(DISTINCT price, 0.5) FROM orders GROUP BY customer;
SELECT customer, PERCENTILE(DISTINCT price, 0.5, amount) FROM orders GROUP BY customer;
SELECT customer, PERCENTILE(DISTINCT price, ARRAY[0.1, 0.7]) FROM orders GROUP BY customer;
SELECT customer, PERCENTILE(price, 0.1 + 0.2) FILTER (WHERE amount > 1) FROM orders GROUP BY customer;
SELECT customer, PERCENTILE(amount, CASE WHEN amount > 100 THEN 0.1 ELSE 0.8 END) FROM orders GROUP BY customer;
SELECT customer, PERCENTILE(total, 0.5), PERCENTILE(DISTINCT total, 0.5), PERCENTILE(total, ARRAY[0.1, 0.9], n)
FROM (SELECT customer, product, SUM(amount) AS total, COUNT(*) AS n FROM orders GROUP BY customer, product) GROUP BY customer;
SELECT customer, PERCENTILE(amount, 0.5) FROM orders WHERE amount > 100 GROUP BY customer;
SELECT PERCENTILE(product, 0.5) FROM orders;
SELECT PERCENTILE(amount, 1.5) FROM orders;
SELECT PERCENTILE(amount, 0.5, 1.5) FROM orders;
SELECT PERCENTILE(amount, weight) FROM orders;
SELECT PERCENTILE(amount, ARRAY[0.5, 1.1]) FROM orders;
