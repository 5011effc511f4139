CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, positive, window_end, COUNT(*), SUM(v)
FROM TUMBLE(DATA => (SELECT k, v, v > 0 AS positive, ts FROM events), TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '20' SECOND)
GROUP BY k, positive, window_start, window_end;
