-- note: a plain TIMESTAMP rowtime does not care about the zone
SET 'table.local-time-zone' = 'America/New_York';
CREATE TABLE events (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv');
SELECT window_start, window_end, window_time, SUM(v) FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' DAY) GROUP BY window_start, window_end, window_time;
SELECT k, CAST(ts AS TIMESTAMP_LTZ(3)), CAST(CAST(ts AS TIMESTAMP_LTZ(3)) AS STRING) FROM events;
