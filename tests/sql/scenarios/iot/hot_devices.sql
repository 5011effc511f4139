CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT * FROM (SELECT device, window_start, window_end, MAX(r.`values`.temp) AS hi, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY MAX(r.`values`.temp) DESC) AS n FROM TUMBLE(TABLE readings, DESCRIPTOR(seen), INTERVAL '2' MINUTE) AS r GROUP BY device, window_start, window_end) WHERE n = 1;
SELECT device, SUM(CASE WHEN r.`values`.temp > 30 THEN 1 ELSE 0 END) AS hot, COUNT(*) FILTER (WHERE r.`values`.temp <= 0) AS cold FROM readings r GROUP BY device;
SELECT device, seen, t, mean FROM (SELECT device, seen, r.`values`.temp AS t, AVG(r.`values`.temp) OVER (PARTITION BY device ORDER BY seen ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS mean FROM readings r) WHERE t > mean + 1;
