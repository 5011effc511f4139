-- note: a key that is NULL in the data is another group than one that the set is without
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT customer, product, COUNT(*) AS n, SUM(amount) AS s, GROUPING(customer) AS gc, GROUPING(product) AS gp,
  GROUPING_ID(customer, product) AS g FROM orders GROUP BY GROUPING SETS ((customer, product), (customer), ());
SELECT customer, product, COUNT(*) AS n FROM orders GROUP BY GROUPING SETS (customer, product);
SELECT customer, product, COUNT(*) AS n FROM orders GROUP BY GROUPING SETS ((customer, product), CUBE (customer));
SELECT COUNT(*) AS n, MAX(amount) AS m FROM orders GROUP BY GROUPING SETS ((customer), (product));
SELECT COUNT(*) AS n FROM orders WHERE amount > 1000000 GROUP BY GROUPING SETS ((), (customer));
SELECT customer, COUNT(*) AS n FROM orders GROUP BY GROUPING SETS ((customer));
