-- note: rows of equal time see what the last of them sees
CREATE TABLE events (
  k STRING, g STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/bursts.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, ts, LAG(v) OVER (PARTITION BY k ORDER BY ts) AS p FROM events;
SELECT k, v, LAG(v, 2) OVER (PARTITION BY k ORDER BY ts) AS p2, LAG(v, 3, -1) OVER (PARTITION BY k ORDER BY ts) AS p3,
  LAG(g, 1, 'none') OVER (PARTITION BY k ORDER BY ts) AS pg, LAG(v, 0) OVER (PARTITION BY k ORDER BY ts) AS p0 FROM events;
SELECT k, v, v - LAG(v) OVER w AS d, SUM(v) OVER w AS s, COUNT(*) OVER w AS n FROM events WINDOW w AS (PARTITION BY k, g ORDER BY ts);
SELECT k, v, LAG(v, 4, v * 2) OVER (PARTITION BY g ORDER BY ts) AS p, LAG(ts) OVER (PARTITION BY g ORDER BY ts) AS t FROM events;
