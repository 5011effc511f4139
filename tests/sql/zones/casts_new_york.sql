-- order: exact
SET 'table.local-time-zone' = 'America/New_York';
CREATE TABLE t (id INT, ts TIMESTAMP(3), ms BIGINT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
SELECT id, CAST(ts AS TIMESTAMP_LTZ(3)), TO_TIMESTAMP_LTZ(ms, 3), CAST(TO_TIMESTAMP_LTZ(ms, 3) AS TIMESTAMP(3)), CAST(TO_TIMESTAMP_LTZ(ms, 3) AS STRING),
  CAST(TO_TIMESTAMP_LTZ(ms, 3) AS DATE), CAST(TO_TIMESTAMP_LTZ(ms, 3) AS TIME(0)) FROM t;
