CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND);
SELECT k, v, window_start, window_end FROM SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND) WHERE v > 15;
SELECT v, ts, window_start, window_time FROM SESSION(TABLE events, DESCRIPTOR(ts), INTERVAL '3' SECOND);
