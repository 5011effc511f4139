-- note: expressions over keys, HAVING, arguments that are keys, GROUPING without sets
CREATE TABLE orders (id BIGINT, customer STRING, product STRING, amount INT, price DECIMAL(10, 2), weight DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT COALESCE(customer, 'all') AS c, COUNT(*) AS n FROM orders GROUP BY ROLLUP (customer) HAVING COUNT(*) > 1;
SELECT CASE WHEN GROUPING(product) = 1 THEN 'all' ELSE COALESCE(product, '?') END AS p, COUNT(*) AS n, MIN(price) AS m
FROM orders GROUP BY ROLLUP (product) HAVING GROUPING(product) = 0 OR COUNT(*) > 2;
SELECT customer, COUNT(DISTINCT customer) AS d, SUM(amount) FILTER (WHERE customer IS NOT NULL) AS s, MAX(customer) AS m
FROM orders GROUP BY CUBE (customer);
SELECT customer, GROUPING(customer) AS g, GROUPING_ID(customer) AS h, GROUP_ID() AS i, COUNT(*) AS n FROM orders GROUP BY customer;
SELECT TYPEOF(GROUPING(customer)) AS g, TYPEOF(customer) AS c, TYPEOF(GROUP_ID()) AS i FROM orders GROUP BY ROLLUP (customer);
SELECT DISTINCT customer FROM orders GROUP BY CUBE (customer, product);
