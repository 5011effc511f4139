CREATE TABLE sales (id INT, region STRING, item STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/sales.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT region, COUNT(DISTINCT item), COUNT(DISTINCT amount), SUM(DISTINCT amount), COUNT(DISTINCT item) FILTER (WHERE amount > 10), COUNT(DISTINCT CASE WHEN amount > 10 THEN id END), COUNT(*) FROM sales GROUP BY region;
SELECT COUNT(DISTINCT region, item), COUNT(region, item), APPROX_COUNT_DISTINCT(item) FROM sales;
SELECT item, LISTAGG(DISTINCT region), LISTAGG(region, ';'), LISTAGG(DISTINCT CAST(amount AS STRING), '-') FROM sales GROUP BY item;
SELECT region, COUNT(DISTINCT item) AS n FROM sales GROUP BY region HAVING COUNT(DISTINCT item) >= 2 AND SUM(amount) < 100;
