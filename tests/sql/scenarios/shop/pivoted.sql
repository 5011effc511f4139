CREATE TABLE orders (id INT, customer INT, day_ DATE, region STRING, state STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT region, SUM(CASE state WHEN 'open' THEN 1 ELSE 0 END) AS open_, SUM(CASE state WHEN 'paid' THEN 1 ELSE 0 END) AS paid, COUNT(*) AS n, CAST(SUM(CASE state WHEN 'paid' THEN 1 END) AS DOUBLE) / COUNT(*) AS rate FROM orders GROUP BY region;
SELECT customer, state, COUNT(*) AS n FROM orders GROUP BY GROUPING SETS ((customer, state), (state), ());
SELECT region, customer, GROUPING_ID(region, customer) AS g, COUNT(*) AS n FROM orders GROUP BY CUBE (region, customer) HAVING GROUPING_ID(region, customer) <> 0;
SELECT state, region FROM orders GROUP BY state, region;
