SET 'table.local-time-zone' = 'America/Sao_Paulo';
CREATE TABLE meetings (id INT, local_ TIMESTAMP(3), text STRING, ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/meetings.csv', 'format' = 'csv');
SELECT id, CAST(seen AS STRING), CAST(local_ AS STRING), DATE_FORMAT(seen, 'yyyy/MM/dd HH:mm:ss.SSS'), DATE_FORMAT(local_, 'EEEE, MMM d, yy') FROM meetings;
SELECT id, YEAR(local_), MONTH(local_), DAYOFMONTH(local_), HOUR(seen), MINUTE(seen), EXTRACT(DOW FROM local_), EXTRACT(WEEK FROM local_) FROM meetings;
SELECT id, TO_TIMESTAMP(REPLACE(REPLACE(text, 'T', ' '), 'Z', '')) = local_ AS same, UNIX_TIMESTAMP(SUBSTRING(text, 1, 10), 'yyyy-MM-dd') AS u FROM meetings;
SELECT FLOOR(local_ TO HOUR) AS h, COUNT(*) FROM meetings GROUP BY FLOOR(local_ TO HOUR);
