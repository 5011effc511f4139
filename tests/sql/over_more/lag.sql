CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, LAG(v) OVER w AS before, LAG(v, 2) OVER w AS before2, LAG(v, 1, -1) OVER w AS before_or FROM events
WINDOW w AS (PARTITION BY k ORDER BY ts);
