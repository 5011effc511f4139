CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
CREATE VIEW numbered AS SELECT u, page, ts, COUNT(*) OVER (PARTITION BY u ORDER BY ts RANGE BETWEEN INTERVAL '30' SECOND PRECEDING AND CURRENT ROW) AS recent FROM visits;
SELECT * FROM numbered;
SELECT window_start, MAX(recent) AS busiest, COUNT(*) AS n FROM TUMBLE(TABLE numbered, DESCRIPTOR(ts), INTERVAL '30' SECOND) GROUP BY window_start, window_end;
SELECT * FROM numbered MATCH_RECOGNIZE (PARTITION BY u ORDER BY ts MEASURES A.page AS first_, C.page AS last_, MAX(B.recent) AS most PATTERN (A B+ C) DEFINE B AS B.recent >= 2, C AS C.recent < 2);
