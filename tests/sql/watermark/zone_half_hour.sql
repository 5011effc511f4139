SET 'table.local-time-zone' = 'Asia/Kolkata';
CREATE TABLE events (k STRING, v INT, `at` TIMESTAMP_LTZ(3), WATERMARK FOR `at` AS `at` - INTERVAL '12' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/instants.json', 'format' = 'json');
SELECT window_start, window_end, window_time, COUNT(*), SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(`at`), INTERVAL '1' HOUR)
GROUP BY window_start, window_end, window_time;
SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY `at` RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) FROM events;
