CREATE TABLE clicks (k STRING, id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/clicks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE seen (k STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/seen.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT L.k, L.id, R.page, L.window_start, L.window_end
FROM (SELECT * FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND)) L
JOIN (SELECT * FROM TUMBLE(TABLE seen, DESCRIPTOR(ts), INTERVAL '10' SECOND)) R
ON L.k = R.k AND L.window_start = R.window_start AND L.window_end = R.window_end;
