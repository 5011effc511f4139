SET 'table.local-time-zone' = 'Asia/Kathmandu';
CREATE TABLE meetings (id INT, local_ TIMESTAMP(3), text STRING, ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/meetings.csv', 'format' = 'csv');
SELECT window_start, window_end, window_time, COUNT(*) AS n FROM SESSION(TABLE meetings, DESCRIPTOR(seen), INTERVAL '90' MINUTE) GROUP BY window_start, window_end, window_time;
SELECT window_start, COUNT(*) AS n FROM HOP(TABLE meetings, DESCRIPTOR(seen), INTERVAL '6' HOUR, INTERVAL '12' HOUR) GROUP BY window_start, window_end;
SELECT id, seen, LAG(seen) OVER (ORDER BY seen) AS before FROM meetings;
