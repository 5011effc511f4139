CREATE TABLE meetings (id INT, local_ TIMESTAMP(3), text STRING, ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/meetings.csv', 'format' = 'csv');
SELECT id, local_ - INTERVAL '1' MONTH, TIMESTAMPDIFF(DAY, TIMESTAMP '2024-01-01 00:00:00', local_) < 100 AS q1 FROM meetings;
SELECT MAX(local_) - INTERVAL '1' DAY AS x, MIN(CAST(local_ AS TIME)) AS t, MAX(CAST(local_ AS DATE)) AS d FROM meetings;
SELECT id FROM meetings WHERE CAST(local_ AS TIME) >= TIME '01:00:00' AND CAST(local_ AS DATE) <> DATE '2024-10-27';
SELECT CAST(local_ AS TIME) AS t, LISTAGG(CAST(id AS STRING)) FROM meetings GROUP BY CAST(local_ AS TIME);
