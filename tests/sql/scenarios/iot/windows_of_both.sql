-- note: each device's window joined with that of all devices
CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT a.device, a.window_start, a.mean, b.mean AS all_mean, a.mean - b.mean AS diff FROM
 (SELECT device, window_start, window_end, AVG(`values`.temp) AS mean FROM TUMBLE(TABLE readings, DESCRIPTOR(seen), INTERVAL '1' MINUTE) GROUP BY device, window_start, window_end) a
JOIN (SELECT window_start, window_end, AVG(`values`.temp) AS mean FROM TUMBLE(TABLE readings, DESCRIPTOR(seen), INTERVAL '1' MINUTE) GROUP BY window_start, window_end) b
ON a.window_start = b.window_start AND a.window_end = b.window_end;
SELECT l.device, l.`values`.temp, r.device, r.`values`.temp, l.window_end FROM
 (SELECT * FROM TUMBLE(TABLE readings, DESCRIPTOR(seen), INTERVAL '1' MINUTE) WHERE device = 'd1') l
FULL JOIN (SELECT * FROM TUMBLE(TABLE readings, DESCRIPTOR(seen), INTERVAL '1' MINUTE) WHERE device = 'd2') r
ON l.window_start = r.window_start AND l.window_end = r.window_end AND l.`values`.temp > r.`values`.temp;
