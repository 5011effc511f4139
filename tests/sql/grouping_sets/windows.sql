CREATE TABLE events (
  k STRING, v INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT window_start, window_end, k, COUNT(*) AS n, SUM(v) AS s, GROUPING(k) AS g
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, ROLLUP (k);
SELECT window_start, window_end, k, v > 3 AS high, COUNT(*) AS n
FROM HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)
GROUP BY window_start, window_end, GROUPING SETS ((k), (v > 3), ());
SELECT window_start, window_end, k, MAX(v) AS m
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY GROUPING SETS ((window_start, window_end, k), (window_start, window_end));
SELECT window_start, window_end, window_time, k, COUNT(*) AS n
FROM CUMULATE(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)
GROUP BY window_start, window_end, window_time, CUBE (k);
SELECT k, window_start, COUNT(*) AS n
FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY CUBE (k, window_start);
