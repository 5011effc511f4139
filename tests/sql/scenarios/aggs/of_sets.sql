-- modes: straight
CREATE TABLE sales (id INT, region STRING, item STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/sales.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT region, item, SUM(amount) AS s, GROUPING(region) AS gr, GROUPING(item) AS gi, GROUPING_ID(region, item) AS g FROM sales GROUP BY CUBE (region, item);
SELECT COALESCE(region, CASE WHEN GROUPING(region) = 1 THEN 'ALL' ELSE 'NONE' END) AS region, COUNT(DISTINCT item) AS d, COUNT(*) AS n FROM sales GROUP BY ROLLUP (region);
SELECT window_start, region, item, SUM(amount) AS s FROM TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, CUBE (region, item) HAVING SUM(amount) IS NOT NULL;
SELECT region, amount > 15 AS large_, COUNT(*) AS n FROM sales GROUP BY GROUPING SETS ((region, amount > 15), (amount > 15), ());
SELECT g, COUNT(*) AS n, SUM(s) AS s FROM (SELECT GROUPING_ID(region, item) AS g, SUM(amount) AS s FROM sales GROUP BY GROUPING SETS ((region), (item), (region, item))) GROUP BY g;
