SET 'table.local-time-zone' = 'Australia/Lord_Howe';
CREATE TABLE meetings (id INT, local_ TIMESTAMP(3), text STRING, ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/meetings.csv', 'format' = 'csv');
SELECT TUMBLE_START(seen, INTERVAL '1' HOUR) AS s, TUMBLE_END(seen, INTERVAL '1' HOUR) AS e, TUMBLE_ROWTIME(seen, INTERVAL '1' HOUR) AS r, COUNT(*) AS n FROM meetings GROUP BY TUMBLE(seen, INTERVAL '1' HOUR);
SELECT HOP_START(seen, INTERVAL '30' MINUTE, INTERVAL '1' HOUR) AS s, COUNT(*) AS n FROM meetings WHERE id IN (7, 8) GROUP BY HOP(seen, INTERVAL '30' MINUTE, INTERVAL '1' HOUR);
