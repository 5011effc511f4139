CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT window_start, window_end,
  COUNT(DISTINCT k) AS keys, COUNT(DISTINCT v) AS vs,
  COUNT(*) FILTER (WHERE v > 4) AS big, SUM(v) FILTER (WHERE k = 'a') AS a_sum,
  COUNT(DISTINCT v) FILTER (WHERE k <> 'a') AS others
FROM HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)
GROUP BY window_start, window_end;
