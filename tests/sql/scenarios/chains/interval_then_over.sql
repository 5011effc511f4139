CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
CREATE VIEW pairs AS SELECT h.u, h.ts AS seen, p.ts AS paid FROM visits h JOIN visits p ON h.u = p.u AND h.page = 'home' AND p.page = 'pay' AND p.ts BETWEEN h.ts AND h.ts + INTERVAL '30' SECOND;
SELECT u, seen, paid, TIMESTAMPDIFF(SECOND, seen, paid) AS secs FROM pairs;
SELECT u, seen, COUNT(*) OVER (PARTITION BY u ORDER BY seen ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM pairs;
SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE pairs, DESCRIPTOR(seen), INTERVAL '30' SECOND) GROUP BY window_start, window_end;
SELECT u, MAX(paid) AS p, MIN(seen) AS a FROM pairs GROUP BY u;
