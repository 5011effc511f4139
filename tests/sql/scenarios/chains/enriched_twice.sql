-- order: net
CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
CREATE TABLE users (u STRING, land STRING, since TIMESTAMP(3), PRIMARY KEY (u) NOT ENFORCED, WATERMARK FOR since AS since - INTERVAL '2' HOUR) WITH ('connector' = 'filesystem', 'path' = '${DATA}/users.csv', 'format' = 'csv');
SELECT v.id, s.land, t.land FROM visits v LEFT JOIN users FOR SYSTEM_TIME AS OF v.ts AS s ON v.u = s.u LEFT JOIN users FOR SYSTEM_TIME AS OF v.ts AS t ON t.u = 'u1' AND v.u = t.u;
SELECT s.land, v.page, COUNT(*) AS n FROM visits v JOIN users FOR SYSTEM_TIME AS OF v.ts AS s ON v.u = s.u GROUP BY s.land, v.page HAVING COUNT(*) > 1;
SELECT window_start, land, COUNT(DISTINCT u) AS n FROM TUMBLE((SELECT v.u, v.ts, s.land FROM visits v JOIN users FOR SYSTEM_TIME AS OF v.ts AS s ON v.u = s.u), DESCRIPTOR(ts), INTERVAL '30' SECOND) GROUP BY window_start, window_end, land;
