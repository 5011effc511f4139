-- note: windows over window_time of an LTZ rowtime
SET 'table.local-time-zone' = 'Europe/Berlin';
CREATE TABLE events (k STRING, v INT, `at` TIMESTAMP_LTZ(3), WATERMARK FOR `at` AS `at` - INTERVAL '12' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/instants.json', 'format' = 'json');
CREATE VIEW hours AS SELECT k, SUM(v) AS s, window_time AS wt FROM TUMBLE(TABLE events, DESCRIPTOR(`at`), INTERVAL '1' HOUR)
GROUP BY k, window_start, window_end, window_time;
SELECT k, window_start, window_end, SUM(s) FROM TUMBLE(TABLE hours, DESCRIPTOR(wt), INTERVAL '1' DAY) GROUP BY k, window_start, window_end;
