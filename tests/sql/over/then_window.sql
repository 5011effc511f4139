CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW o AS SELECT k, v, ts, SUM(v) OVER (PARTITION BY k ORDER BY ts) AS s FROM events;
SELECT k, window_start, MAX(s), COUNT(*) FROM TUMBLE(TABLE o, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY k, window_start, window_end;
