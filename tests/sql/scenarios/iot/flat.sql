CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT device, r.`values`.temp AS t, r.`values`.hum, tags[1], CARDINALITY(tags) AS n, attrs['fw'] AS fw, TRY_CAST(attrs['batt'] AS INT) AS batt, pos[2] FROM readings r;
SELECT device, `values`.temp * 9 / 5 + 32 AS f, `values`.hum / 100.0 AS h, `values` IS NULL AS none_, ARRAY_CONTAINS(tags, 'hot') AS hot, ARRAY_DISTINCT(tags) AS tags FROM readings;
SELECT device, `values` FROM readings WHERE `values`.temp IS NULL;
SELECT device, MAP_KEYS(attrs) FROM readings WHERE CARDINALITY(attrs) = 1;
