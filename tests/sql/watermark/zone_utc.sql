CREATE TABLE events (k STRING, v INT, `at` TIMESTAMP_LTZ(3), WATERMARK FOR `at` AS `at` - INTERVAL '12' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/instants.json', 'format' = 'json');
SELECT window_start, window_end, window_time, COUNT(*), SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(`at`), INTERVAL '1' DAY)
GROUP BY window_start, window_end, window_time;
