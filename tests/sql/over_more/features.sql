-- note: features of a card, as a fraud pipeline asks for them
CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, ts, v,
  COUNT(*) OVER w AS n_10s, SUM(v) OVER w AS sum_10s, AVG(CAST(v AS DOUBLE)) OVER w AS avg_10s,
  v / NULLIF(AVG(CAST(v AS DOUBLE)) OVER w, 0) AS ratio,
  TIMESTAMPDIFF(SECOND, MIN(ts) OVER w, ts) AS age
FROM events
WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW);
