CREATE TABLE meetings (id INT, local_ TIMESTAMP(3), text STRING, ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/meetings.csv', 'format' = 'csv');
SELECT a.id, b.id FROM meetings a JOIN meetings b ON b.seen BETWEEN a.seen - INTERVAL '1' HOUR AND a.seen AND a.id % 2 = b.id % 2 AND a.id <> b.id;
SELECT a.id, b.id FROM meetings a LEFT JOIN meetings b ON a.id = b.id AND b.seen >= a.seen AND b.seen < a.seen + INTERVAL '10' MINUTE AND b.id > 4;
SELECT a.id FROM meetings a, meetings b WHERE a.local_ + INTERVAL '1' HOUR = b.local_;
