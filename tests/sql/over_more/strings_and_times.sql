CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, MIN(k) OVER w AS lo, MAX(ts) OVER w AS last_ts, COUNT(k) OVER w AS c, LAST_VALUE(k) OVER w AS lk FROM events
WINDOW w AS (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
