-- note: sessions of instants begin and end in local time
SET 'table.local-time-zone' = 'America/New_York';
CREATE TABLE raw_events (
  k STRING, g STRING, v INT, at_ TIMESTAMP(3), ts AS TO_TIMESTAMP_LTZ(1710053940000 + v * 3600000, 3),
  WATERMARK FOR ts AS ts - INTERVAL '3' HOUR
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/hours.csv', 'format' = 'csv');
SELECT k, window_start, window_end, window_time, COUNT(*) AS n
FROM SESSION(TABLE raw_events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR) GROUP BY k, window_start, window_end, window_time;
