CREATE TABLE clicks (k STRING, id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/clicks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE seen (k STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/seen.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT c.k, c.id, v.page FROM clicks c JOIN (SELECT k, page, ts, CHAR_LENGTH(page) AS l FROM seen) v
ON c.k = v.k AND MOD(c.id, 2) = MOD(v.l, 2) AND c.ts BETWEEN v.ts - INTERVAL '1' MINUTE AND v.ts + INTERVAL '1' MINUTE;
