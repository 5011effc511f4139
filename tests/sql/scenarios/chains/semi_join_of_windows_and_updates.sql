-- order: net
CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
SELECT id FROM visits WHERE u IN (SELECT u FROM visits GROUP BY u HAVING COUNT(*) >= 4);
SELECT id, page FROM visits v WHERE page IN (SELECT page FROM (SELECT page, COUNT(*) AS n FROM visits GROUP BY page) ORDER BY n DESC, page LIMIT 1);
SELECT u, COUNT(*) FROM visits v WHERE NOT EXISTS (SELECT 1 FROM visits w WHERE w.u = v.u AND w.page = 'pay' AND w.id < v.id) GROUP BY u;
SELECT x.u, x.n, y.n FROM (SELECT u, COUNT(*) AS n FROM visits GROUP BY u) x LEFT JOIN (SELECT u, COUNT(*) AS n FROM visits WHERE page = 'pay' GROUP BY u HAVING COUNT(*) > 1) y ON x.u = y.u AND x.n > y.n;
