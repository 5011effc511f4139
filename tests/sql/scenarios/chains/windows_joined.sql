CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
CREATE VIEW a AS SELECT window_start, window_end, u, COUNT(*) AS n FROM TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '20' SECOND) GROUP BY window_start, window_end, u;
CREATE VIEW p AS SELECT window_start, window_end, u FROM TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '20' SECOND) WHERE page = 'pay';
SELECT a.window_start, a.u, a.n, p.u IS NOT NULL AS paid FROM a LEFT JOIN p ON a.u = p.u AND a.window_start = p.window_start AND a.window_end = p.window_end;
SELECT * FROM a WHERE NOT EXISTS (SELECT 1 FROM p WHERE p.u = a.u AND p.window_start = a.window_start AND p.window_end = a.window_end);
SELECT * FROM a WHERE a.u IN (SELECT p.u FROM p WHERE p.window_start = a.window_start AND p.window_end = a.window_end);
SELECT a.window_start, SUM(a.n) AS n, COUNT(p.u) AS paid FROM a LEFT JOIN p ON a.u = p.u AND a.window_start = p.window_start AND a.window_end = p.window_end GROUP BY a.window_start, a.window_end;
