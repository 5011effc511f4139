CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
CREATE VIEW flat AS SELECT device, seen, r.`values`.temp AS temp, r.`values`.hum AS hum FROM readings r;
SELECT * FROM flat MATCH_RECOGNIZE (PARTITION BY device ORDER BY seen
  MEASURES FIRST(H.seen) AS from_, LAST(H.seen) AS to_, COUNT(H.seen) AS n, MAX(H.temp) AS hi, C.temp AS after_
  ONE ROW PER MATCH PATTERN (H+ C) DEFINE H AS H.temp > 30, C AS C.temp <= 30 OR C.temp IS NULL);
SELECT device, a, b FROM flat MATCH_RECOGNIZE (PARTITION BY device ORDER BY seen MEASURES FIRST(U.hum) AS a, LAST(U.hum) AS b
  AFTER MATCH SKIP PAST LAST ROW PATTERN (U{2,} Z) WITHIN INTERVAL '2' MINUTE DEFINE U AS LAST(U.hum, 1) IS NULL OR U.hum < LAST(U.hum, 1));
