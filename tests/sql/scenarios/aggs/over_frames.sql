-- modes: straight
CREATE TABLE sales (id INT, region STRING, item STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/sales.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, SUM(amount) OVER w AS s, COUNT(DISTINCT item) OVER w AS d, MAX(amount) OVER w AS m, LAST_VALUE(item) OVER w AS l, FIRST_VALUE(item) OVER w AS f FROM sales WHERE id < 5 WINDOW w AS (PARTITION BY region ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW);
SELECT id, COUNT(*) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '3' SECOND PRECEDING AND CURRENT ROW) AS n, AVG(amount) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '3' SECOND PRECEDING AND CURRENT ROW) AS m FROM sales;
SELECT id, COUNT(*) OVER (PARTITION BY region, item ORDER BY ts) AS n, ROW_NUMBER() OVER (PARTITION BY region, item ORDER BY ts) AS r FROM sales;
SELECT id, amount - AVG(amount) OVER (PARTITION BY region ORDER BY ts ROWS 2 PRECEDING) AS off FROM sales WHERE amount IS NOT NULL;
SELECT id, LAG(amount, 2, -1) OVER (PARTITION BY region ORDER BY ts) AS l FROM sales;
