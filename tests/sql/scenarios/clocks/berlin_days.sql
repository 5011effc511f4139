SET 'table.local-time-zone' = 'Europe/Berlin';
CREATE TABLE meetings (id INT, local_ TIMESTAMP(3), text STRING, ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/meetings.csv', 'format' = 'csv');
SELECT id, seen, CAST(seen AS TIMESTAMP(3)) AS wall, CAST(seen AS DATE) AS d, HOUR(seen) AS h, DATE_FORMAT(seen, 'yyyy-MM-dd HH:mm') AS f, CAST(local_ AS TIMESTAMP_LTZ(3)) AS back FROM meetings;
SELECT window_start, window_end, window_time, COUNT(*) AS n FROM TUMBLE(TABLE meetings, DESCRIPTOR(seen), INTERVAL '1' HOUR) GROUP BY window_start, window_end, window_time;
SELECT window_start, window_end, COUNT(*) AS n FROM TUMBLE(TABLE meetings, DESCRIPTOR(seen), INTERVAL '1' DAY) GROUP BY window_start, window_end;
SELECT CAST(seen AS DATE) AS d, MIN(seen) AS a, MAX(local_) AS b, COUNT(*) AS n FROM meetings GROUP BY CAST(seen AS DATE);
