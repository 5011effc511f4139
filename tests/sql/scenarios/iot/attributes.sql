CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT device, attrs['fw'] AS fw, COUNT(*) AS n FROM readings GROUP BY device, attrs['fw'];
SELECT device, MAX(TRY_CAST(attrs['batt'] AS INT)) AS hi, MIN(TRY_CAST(attrs['batt'] AS INT)) AS lo FROM readings GROUP BY device HAVING MIN(TRY_CAST(attrs['batt'] AS INT)) IS NOT NULL;
SELECT k, COUNT(*) AS n, COUNT(DISTINCT v) AS d FROM readings CROSS JOIN UNNEST(attrs) AS m (k, v) GROUP BY k;
SELECT device, tags[1] AS t1, CARDINALITY(tags) > 1 AS more FROM readings WHERE ARRAY_CONTAINS(tags, 'hot') OR CARDINALITY(tags) = 0;
