-- note: windows of a TIMESTAMP_LTZ rowtime are aligned to the session's zone; spring forward on 2024-03-10 at 02:00
SET 'table.local-time-zone' = 'America/New_York';
CREATE TABLE events (k STRING, v INT, `at` TIMESTAMP_LTZ(3), WATERMARK FOR `at` AS `at` - INTERVAL '12' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/instants.json', 'format' = 'json');
SELECT k, v, `at`, CAST(`at` AS TIMESTAMP(3)), CAST(`at` AS STRING) FROM events;
SELECT window_start, window_end, window_time, COUNT(*), SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(`at`), INTERVAL '1' DAY)
GROUP BY window_start, window_end, window_time;
SELECT window_start, window_end, window_time, COUNT(*), SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(`at`), INTERVAL '1' HOUR)
GROUP BY window_start, window_end, window_time;
SELECT window_start, window_end, window_time, COUNT(*), SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(`at`), INTERVAL '2' HOUR)
GROUP BY window_start, window_end, window_time;
