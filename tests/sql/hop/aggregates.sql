CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, window_start, AVG(CAST(v AS DOUBLE)) AS ad, AVG(CAST(v AS DECIMAL(10, 2))) AS ade, STDDEV_POP(CAST(v AS DOUBLE)) AS sp,
  VAR_SAMP(CAST(v AS DOUBLE)) AS vs, VAR_POP(v) AS vp, MIN(ts) AS lo, MAX(ts) AS hi
FROM HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '20' SECOND)
GROUP BY k, window_start, window_end;
