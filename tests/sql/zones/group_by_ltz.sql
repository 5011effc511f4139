-- order: exact
SET 'table.local-time-zone' = 'America/New_York';
CREATE TABLE t (id INT, ts TIMESTAMP(3), ms BIGINT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
SELECT CAST(TO_TIMESTAMP_LTZ(ms, 3) AS DATE) AS d, COUNT(*), MIN(TO_TIMESTAMP_LTZ(ms, 3)), MAX(TO_TIMESTAMP_LTZ(ms, 3)) FROM t GROUP BY CAST(TO_TIMESTAMP_LTZ(ms, 3) AS DATE);
