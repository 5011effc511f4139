-- order: exact
CREATE TABLE events (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/nulls.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT k, v, ts FROM events WHERE ts IS NOT NULL;
SELECT k, v, ts + INTERVAL '1' DAY AS tomorrow, CAST(ts AS STRING) AS txt FROM events;
DESCRIBE events;
