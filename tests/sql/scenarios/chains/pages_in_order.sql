CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
SELECT u, p1, p2, p3 FROM visits MATCH_RECOGNIZE (PARTITION BY u ORDER BY ts MEASURES A.page AS p1, B.page AS p2, C.page AS p3 AFTER MATCH SKIP TO NEXT ROW PATTERN (A B C) DEFINE A AS A.page = 'home', C AS C.page <> B.page);
SELECT u, page, prev_page FROM (SELECT u, page, LAG(page) OVER (PARTITION BY u ORDER BY ts) AS prev_page FROM visits) WHERE prev_page IS NULL OR prev_page <> page;
SELECT prev_page, page, COUNT(*) AS n FROM (SELECT u, page, LAG(page) OVER (PARTITION BY u ORDER BY ts) AS prev_page FROM visits WHERE u = 'u1') GROUP BY prev_page, page;
