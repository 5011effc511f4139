-- note: the doubled hour of 2024-11-03
SET 'table.local-time-zone' = 'America/New_York';
CREATE TABLE events (k STRING, v INT, `at` TIMESTAMP_LTZ(3), WATERMARK FOR `at` AS `at`)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/autumn.json', 'format' = 'json');
SELECT k, v, CAST(`at` AS TIMESTAMP(3)) FROM events;
SELECT window_start, window_end, window_time, COUNT(*), SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(`at`), INTERVAL '1' HOUR)
GROUP BY window_start, window_end, window_time;
SELECT window_start, window_end, COUNT(*), SUM(v) FROM HOP(TABLE events, DESCRIPTOR(`at`), INTERVAL '30' MINUTE, INTERVAL '1' HOUR)
GROUP BY window_start, window_end;
