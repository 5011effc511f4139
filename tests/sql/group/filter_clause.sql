-- order: exact
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT product, COUNT(*) FILTER (WHERE amount > 1) AS many, SUM(price) FILTER (WHERE customer = 'ann') AS ann,
  COUNT(DISTINCT customer) FILTER (WHERE amount IS NOT NULL) AS c FROM orders GROUP BY product;
