-- order: net
CREATE TABLE sales (id INT, region STRING, item STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/sales.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT region, SUM(amount) AS s FROM sales GROUP BY region HAVING COUNT(*) > 1 ORDER BY s DESC LIMIT 1;
SELECT item FROM sales GROUP BY item HAVING MAX(amount) = 20 OR MIN(id) < 2;
SELECT region, item, SUM(amount) AS s FROM sales GROUP BY region, item HAVING SUM(amount) >= (SELECT MAX(amount) FROM sales WHERE region = 'west');
SELECT COUNT(*) FROM (SELECT region FROM sales GROUP BY region HAVING SUM(amount) > 40);
