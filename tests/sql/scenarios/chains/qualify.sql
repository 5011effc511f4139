CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
SELECT id, u, page FROM visits QUALIFY ROW_NUMBER() OVER (PARTITION BY u ORDER BY ts DESC) = 1;
SELECT id, page, ROW_NUMBER() OVER (PARTITION BY page ORDER BY id) AS n FROM visits WHERE u <> 'u3' QUALIFY n <= 2;
SELECT window_start, u, id FROM TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '30' SECOND) QUALIFY ROW_NUMBER() OVER (PARTITION BY window_start, window_end, u ORDER BY ts DESC) = 1;
