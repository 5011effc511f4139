-- note: HAVING passes row kinds through: a group that starts to match enters with +U and leaves with -U
-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT customer, SUM(amount) AS s FROM orders GROUP BY customer HAVING SUM(amount) > 4;
SELECT customer, COUNT(*) AS n FROM orders GROUP BY customer HAVING COUNT(*) = 2;
