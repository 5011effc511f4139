CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, SUM(p) OVER w AS sp, AVG(p) OVER w AS ap, SUM(d) OVER w AS sd, AVG(d) OVER w AS ad, MIN(d) OVER w AS lo
FROM (SELECT k, v, ts, CAST(v * 1.25 AS DECIMAL(10, 2)) AS p, CAST(v AS DOUBLE) / 10 AS d FROM events)
WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '4' SECOND PRECEDING AND CURRENT ROW);
