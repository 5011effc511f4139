-- order: net
CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
SELECT page, n FROM (SELECT page, COUNT(*) AS n FROM (SELECT id, page, ROW_NUMBER() OVER (PARTITION BY u ORDER BY ts DESC) AS r FROM visits) WHERE r = 1 GROUP BY page) ORDER BY n DESC, page LIMIT 2;
SELECT u, page, n FROM (SELECT u, page, n, ROW_NUMBER() OVER (PARTITION BY u ORDER BY n DESC, page) AS r FROM (SELECT u, page, COUNT(DISTINCT id) AS n FROM visits GROUP BY u, page)) WHERE r = 1;
SELECT COUNT(*) AS leaders FROM (SELECT u, n, RANK() OVER (ORDER BY n DESC) AS r FROM (SELECT u, COUNT(*) AS n FROM visits GROUP BY u)) WHERE r <= 1;
SELECT a.u FROM (SELECT u, page, ROW_NUMBER() OVER (PARTITION BY u ORDER BY ts DESC) AS r FROM visits) a WHERE a.r = 1 AND a.page IN (SELECT page FROM visits GROUP BY page HAVING COUNT(*) > 4);
