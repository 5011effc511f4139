CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
SELECT window_start, window_end, SUM(n) AS n, MAX(n) AS most FROM TUMBLE((SELECT window_time AS t, n FROM (SELECT window_start, window_end, window_time, u, COUNT(*) AS n FROM TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, window_time, u)), DESCRIPTOR(t), INTERVAL '30' SECOND) GROUP BY window_start, window_end;
CREATE VIEW ten AS SELECT window_time AS t, page, COUNT(*) AS n FROM TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, window_time, page;
CREATE VIEW thirty AS SELECT window_time AS t, page, SUM(n) AS n, COUNT(*) AS parts FROM HOP(TABLE ten, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '30' SECOND) GROUP BY window_start, window_end, window_time, page;
SELECT page, t, n, parts FROM thirty;
SELECT window_start, window_end, MAX(n) AS n FROM CUMULATE(TABLE thirty, DESCRIPTOR(t), INTERVAL '20' SECOND, INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
SELECT page, n - LAG(n) OVER (PARTITION BY page ORDER BY t) AS change FROM ten;
