CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
CREATE VIEW both_ AS SELECT 'visit' AS kind, u, ts FROM visits UNION ALL SELECT 'pay' AS kind, u, ts FROM visits WHERE page = 'pay';
SELECT window_start, kind, COUNT(*) AS n, COUNT(DISTINCT u) AS users FROM TUMBLE(TABLE both_, DESCRIPTOR(ts), INTERVAL '30' SECOND) GROUP BY window_start, window_end, kind;
SELECT window_start, 'ten' AS size_, COUNT(*) AS n FROM TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end
UNION ALL SELECT window_start, 'minute', COUNT(*) FROM TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
SELECT kind, MAX(ts) AS latest FROM both_ GROUP BY kind;
