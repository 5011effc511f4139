CREATE TABLE sales (id INT, region STRING, item STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/sales.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT window_start, region, COUNT(DISTINCT item) AS d, SUM(DISTINCT amount) AS s, COUNT(*) FILTER (WHERE item IS NULL) AS n FROM TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, region;
SELECT DISTINCT window_start, region FROM TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND);
SELECT window_start, COUNT(DISTINCT region), COUNT(DISTINCT item), COUNT(DISTINCT amount) FROM HOP(TABLE sales, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '20' SECOND) GROUP BY window_start, window_end;
