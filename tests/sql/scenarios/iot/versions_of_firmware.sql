-- order: net
CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
CREATE VIEW fw AS SELECT device, attrs['fw'] AS fw, seen FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY device ORDER BY seen DESC) AS n FROM readings WHERE attrs['fw'] IS NOT NULL) WHERE n = 1;
SELECT r.device, r.seen, f.fw FROM readings r LEFT JOIN fw FOR SYSTEM_TIME AS OF r.seen AS f ON r.device = f.device;
SELECT f.fw, COUNT(*) AS n FROM fw f GROUP BY f.fw;
