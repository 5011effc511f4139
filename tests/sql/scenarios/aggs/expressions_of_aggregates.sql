-- order: net
CREATE TABLE sales (id INT, region STRING, item STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/sales.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT UPPER(region) || '-' || CAST(COUNT(*) AS STRING) AS k, SUM(amount) * 1.0 / COUNT(amount) AS m, MAX(ts) > MIN(ts) AS more, CAST(MAX(ts) AS DATE) AS d FROM sales GROUP BY UPPER(region);
SELECT MAX(amount) - MIN(amount) AS r, SUM(amount * amount) - SUM(amount) * SUM(amount) / COUNT(amount) AS v, COUNT(*) * 2 AS n FROM sales;
SELECT CASE WHEN amount < 10 THEN 'low' WHEN amount < 25 THEN 'mid' ELSE 'high' END AS class, COUNT(*) AS n, AVG(amount) AS m FROM sales GROUP BY CASE WHEN amount < 10 THEN 'low' WHEN amount < 25 THEN 'mid' ELSE 'high' END;
SELECT region, SUM(amount) AS s FROM sales GROUP BY region HAVING SUM(amount) > (SELECT AVG(amount) FROM sales) OR region IS NULL;
SELECT id % 2 AS odd, COUNT(*) AS n FROM sales WHERE COALESCE(amount, 0) < 30 GROUP BY id % 2 HAVING MIN(COALESCE(region, 'z')) < 'x';
