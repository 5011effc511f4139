CREATE TABLE clicks (k STRING, id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/clicks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE seen (k STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/seen.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT L.k, L.n, R.m, L.window_start
FROM (SELECT k, COUNT(*) AS n, window_start, window_end FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY k, window_start, window_end) L
JOIN (SELECT k, COUNT(*) AS m, window_start, window_end FROM TUMBLE(TABLE seen, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY k, window_start, window_end) R
ON L.k = R.k AND L.window_start = R.window_start AND L.window_end = R.window_end;
