CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT customer, product, SUM(amount) AS s, COUNT(customer) AS c FROM orders GROUP BY CUBE (customer, product);
SELECT customer, product, SUM(amount) AS s FROM orders GROUP BY ROLLUP (customer, product);
SELECT customer, product, id > 5 AS late, COUNT(*) AS n FROM orders GROUP BY CUBE ((customer, product), id > 5);
SELECT customer, product, COUNT(*) AS n FROM orders GROUP BY customer, ROLLUP (product);
SELECT customer, product, amount, COUNT(*) AS n FROM orders GROUP BY CUBE (customer), ROLLUP (product, amount);
SELECT UPPER(customer) AS u, COUNT(*) AS n FROM orders GROUP BY CUBE (UPPER(customer));
