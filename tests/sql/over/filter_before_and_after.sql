CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM (
  SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY ts) AS s FROM events WHERE v IS NOT NULL AND k <> 'b'
) WHERE s > 3;
