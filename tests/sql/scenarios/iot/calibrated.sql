-- order: net
CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
CREATE TABLE devices (device STRING, room STRING, offset_ DOUBLE, scale DOUBLE) WITH ('connector' = 'filesystem', 'path' = '${DATA}/devices.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT r.device, d.room, ROUND((r.`values`.temp + COALESCE(d.offset_, 0)) * COALESCE(d.scale, 1), 1) AS t FROM readings r LEFT JOIN devices d ON r.device = d.device;
SELECT d.room, MAX(r.`values`.temp) AS hi, MIN(r.seen) AS since, COUNT(r.device) AS n FROM devices d LEFT JOIN readings r ON r.device = d.device AND r.`values`.temp > 0 GROUP BY d.room;
SELECT d.device FROM devices d WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.device = d.device);
SELECT room, t FROM (SELECT d.room, r.`values`.temp AS t, ROW_NUMBER() OVER (PARTITION BY d.room ORDER BY r.`values`.temp DESC, r.seen) AS n FROM readings r JOIN devices d ON d.device = r.device) WHERE n <= 2;
