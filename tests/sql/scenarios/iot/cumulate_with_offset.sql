CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT window_start, window_end, device, COUNT(*) AS n, MAX(`values`.temp) AS hi FROM CUMULATE(TABLE readings, DESCRIPTOR(seen), INTERVAL '30' SECOND, INTERVAL '2' MINUTE, INTERVAL '10' SECOND) GROUP BY window_start, window_end, device;
SELECT window_start, window_end, COUNT(*) AS n FROM CUMULATE(TABLE readings, DESCRIPTOR(seen), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE, INTERVAL '-45' SECOND) GROUP BY window_start, window_end;
SELECT window_start, window_end, SUM(n) AS n FROM CUMULATE(TABLE (SELECT seen, 1 AS n FROM readings), DESCRIPTOR(seen), INTERVAL '20' SECOND, INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
SELECT window_start, window_end, SUM(n) AS n FROM TABLE(CUMULATE((SELECT seen, 1 AS n FROM readings), DESCRIPTOR(seen), INTERVAL '20' SECOND, INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;
