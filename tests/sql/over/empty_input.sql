CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/empty.csv', 'format' = 'csv');
SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts) FROM events;
