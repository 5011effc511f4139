CREATE TABLE e (id INT, k STRING, v INT, d DOUBLE, m DECIMAL(10, 2), w STRING, b BOOLEAN, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW firsts AS SELECT id, k, v, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k, w ORDER BY ts) AS rn FROM e) WHERE rn = 1;
SELECT k, window_start, COUNT(*), SUM(v) FROM TUMBLE(TABLE firsts, DESCRIPTOR(ts), INTERVAL '20' SECOND) GROUP BY k, window_start, window_end;
SELECT k, COUNT(*) FROM firsts GROUP BY k;
SELECT id, v, SUM(v) OVER (PARTITION BY k ORDER BY ts) FROM firsts;
