-- order: net
CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
SELECT f.u, f.page AS first_page, l.page AS last_page FROM (SELECT u, page FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY u ORDER BY ts) AS n FROM visits) WHERE n = 1) f
JOIN (SELECT u, page FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY u ORDER BY ts DESC) AS n FROM visits) WHERE n = 1) l ON f.u = l.u;
SELECT first_page, COUNT(*) AS n FROM (SELECT u, page AS first_page FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY u ORDER BY ts) AS n FROM visits) WHERE n = 1) GROUP BY first_page;
