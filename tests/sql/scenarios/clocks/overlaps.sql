CREATE TABLE meetings (id INT, local_ TIMESTAMP(3), text STRING, ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/meetings.csv', 'format' = 'csv');
SELECT a.id, b.id FROM meetings a JOIN meetings b ON a.id < b.id AND (a.local_, INTERVAL '90' MINUTE) OVERLAPS (b.local_, b.local_ + INTERVAL '10' MINUTE);
SELECT id, local_ BETWEEN TIMESTAMP '2024-03-31 00:00:00' AND TIMESTAMP '2024-03-31 23:59:59.999' AS in_, local_ = CAST(seen AS TIMESTAMP(3)) AS same, seen = local_ AS same2 FROM meetings;
SELECT TIMESTAMPDIFF(MINUTE, a.local_, b.local_) AS m FROM meetings a JOIN meetings b ON b.id = a.id + 1;
SELECT EXTRACT(YEAR FROM local_) * 100 + EXTRACT(MONTH FROM local_) AS ym, COUNT(*) AS n FROM meetings GROUP BY EXTRACT(YEAR FROM local_) * 100 + EXTRACT(MONTH FROM local_);
