-- modes: straight
CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT device, LAST_VALUE(`values`.temp) AS t, FIRST_VALUE(`values`.temp) AS t0, LAST_VALUE(tags) AS tags, COUNT(*) AS n FROM readings GROUP BY device;
SELECT device, seen, `values` FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY device ORDER BY seen DESC) AS n FROM readings) WHERE n = 1;
SELECT AVG(t) AS mean, COUNT(*) AS n FROM (SELECT device, `values`.temp AS t FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY device ORDER BY seen DESC) AS n FROM readings) WHERE n = 1);
