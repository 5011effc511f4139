CREATE TABLE readings (device STRING, seen TIMESTAMP(3), `values` ROW<temp DOUBLE, hum INT>, tags ARRAY<STRING>, attrs MAP<STRING, STRING>, pos ARRAY<DOUBLE>, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/readings.json', 'format' = 'json');
SELECT tag, COUNT(*) AS n, COUNT(DISTINCT device) AS devices, MAX(`values`.temp) AS hi FROM readings CROSS JOIN UNNEST(tags) AS t (tag) GROUP BY tag;
SELECT device, tag, ord FROM readings LEFT JOIN UNNEST(tags) WITH ORDINALITY AS t (tag, ord) ON TRUE WHERE device <> 'd1';
SELECT window_start, tag, COUNT(*) AS n FROM TUMBLE(TABLE readings, DESCRIPTOR(seen), INTERVAL '1' MINUTE) CROSS JOIN UNNEST(tags) AS t (tag) GROUP BY window_start, window_end, tag;
SELECT device, k, v FROM readings, UNNEST(attrs) AS m (k, v) WHERE k = 'batt';
