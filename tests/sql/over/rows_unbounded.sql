CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, ts, COUNT(*) OVER w AS n, SUM(v) OVER w AS s, FIRST_VALUE(v) OVER w AS f, LAST_VALUE(v) OVER w AS l
FROM events
WINDOW w AS (PARTITION BY k ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW);
