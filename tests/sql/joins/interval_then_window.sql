CREATE TABLE clicks (k STRING, id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/clicks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE seen (k STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/seen.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW j AS SELECT c.k, c.id, v.page, c.ts FROM clicks c JOIN seen v
ON c.k = v.k AND c.ts BETWEEN v.ts - INTERVAL '10' SECOND AND v.ts + INTERVAL '10' SECOND;
SELECT k, window_start, COUNT(*), MIN(page), SUM(id) FROM TUMBLE(TABLE j, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY k, window_start, window_end;
