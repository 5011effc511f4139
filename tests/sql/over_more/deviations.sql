CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, STDDEV_POP(d) OVER w AS sp, VAR_SAMP(d) OVER w AS vs, VAR_POP(d) OVER w AS vp, STDDEV_SAMP(d) OVER w AS ss
FROM (SELECT k, v, ts, CAST(v AS DOUBLE) AS d FROM events)
WINDOW w AS (PARTITION BY k ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW);
