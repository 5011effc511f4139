CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT device, SQRT(POWER(pos[1] - p[1], 2) + POWER(pos[2] - p[2], 2)) AS moved FROM (SELECT device, pos, LAG(pos) OVER (PARTITION BY device ORDER BY seen) AS p FROM readings WHERE pos IS NOT NULL);
SELECT device, TRUNCATE(DEGREES(ATAN2(pos[2], pos[1])), 2) AS angle, SIGN(pos[1] - 1.5) AS side, GREATEST(pos[1], pos[2]) AS m FROM readings WHERE CARDINALITY(pos) = 2;
