CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
CREATE TABLE kept WITH ('connector' = 'filesystem', 'path' = '${OUT}/kept', 'format' = 'csv') AS SELECT id, u, CHAR_LENGTH(page) AS n, ts FROM visits WHERE page <> 'home';
CREATE TABLE again (pages AS n * 2, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) LIKE kept;
SELECT window_start, SUM(pages) AS p, COUNT(*) AS n FROM TUMBLE(TABLE again, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
CREATE TABLE printed WITH ('connector' = 'print') LIKE kept (EXCLUDING OPTIONS);
INSERT INTO printed SELECT id, u, 0, ts FROM visits WHERE id = 3;
