CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT window_start, AVG(CAST(v AS DOUBLE)) AS ad, AVG(CAST(v AS DECIMAL(10, 2))) AS ade, SUM(CAST(v AS DECIMAL(10, 2))) AS sd,
  STDDEV_POP(CAST(v AS DOUBLE)) AS sp, VAR_SAMP(CAST(v AS DOUBLE)) AS vs, STDDEV_SAMP(v) AS ss, VAR_POP(v) AS vp,
  FIRST_VALUE(v) AS f, LAST_VALUE(v) AS l, FIRST_VALUE(k) AS fk, LAST_VALUE(k) AS lk, MIN(ts) AS lo, MAX(ts) AS hi
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '20' SECOND)
GROUP BY window_start, window_end;
