CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
CREATE TABLE out_ (device STRING, stats ROW<lo DOUBLE, hi DOUBLE, tags MULTISET<STRING>>, span ROW<s TIMESTAMP(3), e TIMESTAMP(3)>) WITH ('connector' = 'filesystem', 'path' = '${OUT}/stats', 'format' = 'json');
INSERT INTO out_ SELECT device, ROW(MIN(`values`.temp), MAX(`values`.temp), COLLECT(device)), ROW(window_start, window_end) FROM TUMBLE(TABLE readings, DESCRIPTOR(seen), INTERVAL '5' MINUTE) GROUP BY device, window_start, window_end;
SELECT device, JSON_OBJECT('device' VALUE device, 't' VALUE `values`.temp, 'n' VALUE CARDINALITY(tags) NULL ON NULL) AS j, JSON_ARRAY(tags[1], pos[1], `values`.hum) AS a FROM readings;
SELECT device, JSON_ARRAYAGG(`values`.hum) AS hums, JSON_OBJECTAGG(KEY DATE_FORMAT(seen, 'mm:ss') VALUE `values`.temp) AS temps FROM readings WHERE `values`.temp > 10 GROUP BY device;
