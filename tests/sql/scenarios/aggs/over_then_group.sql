-- modes: straight
CREATE TABLE sales (id INT, region STRING, item STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/sales.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT region, MAX(run) AS hi, COUNT(*) AS n FROM (SELECT region, SUM(amount) OVER (PARTITION BY region ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run FROM sales) GROUP BY region;
SELECT id, a - b AS d FROM (SELECT id, amount AS a, LAG(amount) OVER (PARTITION BY region ORDER BY ts) AS b FROM sales) WHERE b IS NOT NULL;
SELECT window_start, MAX(c) AS c FROM TUMBLE((SELECT ts, COUNT(*) OVER (PARTITION BY item ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS c FROM sales), DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end;
