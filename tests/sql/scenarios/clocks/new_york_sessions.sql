SET 'table.local-time-zone' = 'America/New_York';
CREATE TABLE meetings (id INT, local_ TIMESTAMP(3), text STRING, ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/meetings.csv', 'format' = 'csv');
SELECT window_start, window_end, COUNT(*) AS n FROM SESSION(TABLE meetings, DESCRIPTOR(seen), INTERVAL '1' HOUR) GROUP BY window_start, window_end;
SELECT window_start, window_end, SUM(id) AS n FROM CUMULATE(TABLE meetings, DESCRIPTOR(seen), INTERVAL '6' HOUR, INTERVAL '1' DAY) GROUP BY window_start, window_end;
SELECT id, seen > TIMESTAMP '2024-10-26 20:00:00' AS a, TIMESTAMPDIFF(HOUR, local_, CAST(seen AS TIMESTAMP(3))) AS off, EXTRACT(EPOCH FROM seen) AS e, FLOOR(seen TO DAY) AS f, seen + INTERVAL '1' DAY AS tomorrow FROM meetings;
