-- note: deduplicate, enrich by the version of the time, count per window, take the best two
-- order: net
CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
CREATE TABLE users (u STRING, land STRING, since TIMESTAMP(3), PRIMARY KEY (u) NOT ENFORCED, WATERMARK FOR since AS since - INTERVAL '2' HOUR) WITH ('connector' = 'filesystem', 'path' = '${DATA}/users.csv', 'format' = 'csv');
CREATE VIEW once AS SELECT id, u, page, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) AS n FROM visits) WHERE n = 1;
CREATE VIEW enriched AS SELECT v.id, v.u, v.page, v.ts, s.land FROM once v JOIN users FOR SYSTEM_TIME AS OF v.ts AS s ON v.u = s.u;
SELECT id, u, page, land FROM enriched;
SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY n DESC, land) AS r FROM (
 SELECT window_start, window_end, land, COUNT(*) AS n FROM TUMBLE(TABLE enriched, DESCRIPTOR(ts), INTERVAL '20' SECOND) GROUP BY window_start, window_end, land)) WHERE r <= 2;
SELECT land, COUNT(*) AS n, COUNT(DISTINCT u) AS users FROM enriched GROUP BY land;
