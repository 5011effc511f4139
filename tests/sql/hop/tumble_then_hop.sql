CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW five AS
SELECT k, SUM(v) AS s, window_time AS rt FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND)
GROUP BY k, window_start, window_end, window_time;
SELECT k, window_start, window_end, SUM(s), COUNT(*) FROM HOP(TABLE five, DESCRIPTOR(rt), INTERVAL '5' SECOND, INTERVAL '15' SECOND)
GROUP BY k, window_start, window_end;
