-- note: window features are brought back to the events by an interval join
CREATE TABLE clicks (k STRING, id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/clicks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE seen (k STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/seen.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW per_window AS SELECT k, COUNT(*) AS n, window_time AS wt FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND)
GROUP BY k, window_start, window_end, window_time;
SELECT v.k, v.page, f.n, v.ts, f.wt FROM seen v JOIN per_window f
ON v.k = f.k AND v.ts BETWEEN f.wt - INTERVAL '10' SECOND AND f.wt + INTERVAL '10' SECOND;
