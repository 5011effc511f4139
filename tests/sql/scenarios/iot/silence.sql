-- note: gaps between readings of a device, by LAG and by MATCH_RECOGNIZE
CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT device, seen, gap FROM (SELECT device, seen, TIMESTAMPDIFF(SECOND, LAG(seen) OVER (PARTITION BY device ORDER BY seen), seen) AS gap FROM readings) WHERE gap > 40;
SELECT * FROM (SELECT device, seen, r.`values`.temp AS temp FROM readings r) MATCH_RECOGNIZE (PARTITION BY device ORDER BY seen MEASURES A.seen AS from_, B.seen AS to_, B.temp - A.temp AS delta AFTER MATCH SKIP TO LAST B PATTERN (A B) DEFINE B AS B.seen > A.seen + INTERVAL '40' SECOND);
