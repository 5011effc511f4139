CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT device, window_start, AVG(`values`.temp) AS mean, MIN(`values`.hum) AS lo, MAX(`values`.hum) AS hi, COUNT(`values`.temp) AS n, COUNT(*) AS rows_
FROM HOP(TABLE readings, DESCRIPTOR(seen), INTERVAL '30' SECOND, INTERVAL '90' SECOND) GROUP BY device, window_start, window_end;
SELECT window_end, device, STDDEV_POP(t) AS s, VAR_SAMP(t) AS v FROM (SELECT device, `values`.temp AS t, window_start, window_end FROM TUMBLE(TABLE readings, DESCRIPTOR(seen), INTERVAL '2' MINUTE)) GROUP BY window_start, window_end, device;
