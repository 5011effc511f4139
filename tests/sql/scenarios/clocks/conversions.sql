SET 'table.local-time-zone' = 'Asia/Kolkata';
CREATE TABLE meetings (id INT, local_ TIMESTAMP(3), text STRING, ms BIGINT, seen AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR seen AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/meetings.csv', 'format' = 'csv');
SELECT id, CONVERT_TZ(DATE_FORMAT(local_, 'yyyy-MM-dd HH:mm:ss'), 'UTC', 'America/Los_Angeles') AS la, FROM_UNIXTIME(ms / 1000) AS u, FROM_UNIXTIME(ms / 1000, 'EEE, d MMM yyyy') AS e, UNIX_TIMESTAMP(DATE_FORMAT(local_, 'yyyy-MM-dd HH:mm:ss')) AS s FROM meetings;
SELECT id, TO_TIMESTAMP(text, 'yyyy-MM-dd''T''HH:mm:ss''Z''') AS t, TO_TIMESTAMP(text) AS null_, TO_TIMESTAMP_LTZ(text, 'yyyy-MM-dd''T''HH:mm:ssX') AS z, TO_DATE(SUBSTRING(text FROM 1 FOR 10)) AS d, CAST(SUBSTRING(text, 12, 8) AS TIME) AS c FROM meetings;
SELECT id, QUARTER(local_), WEEK(local_), DAYOFYEAR(local_), MONTHNAME_, LAST_ FROM (SELECT id, local_, DATE_FORMAT(local_, 'MMMM') AS MONTHNAME_, CEIL(local_ TO MONTH) AS LAST_ FROM meetings);
SELECT id, TIMESTAMPADD(MONTH, 1, local_), TIMESTAMPADD(DAY, -30, CAST(local_ AS DATE)), local_ + INTERVAL '1 02:03:04' DAY TO SECOND, local_ - INTERVAL '1-6' YEAR TO MONTH FROM meetings;
