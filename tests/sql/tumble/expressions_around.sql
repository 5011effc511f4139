CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT UPPER(k) || '-' || CAST(COUNT(*) AS STRING) AS label, SUM(v * 2) + 1 AS s2, SUM(v) / COUNT(*) AS ratio,
  DATE_FORMAT(window_start, 'HH:mm:ss') AS start_at, TIMESTAMPDIFF(SECOND, window_start, window_end) AS size
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)
WHERE v IS NOT NULL
GROUP BY k, window_start, window_end;
