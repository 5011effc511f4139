-- note: TIMESTAMP against TIMESTAMP_LTZ goes through the session's zone
-- order: exact
SET 'table.local-time-zone' = 'Asia/Tokyo';
CREATE TABLE t (id INT, ts TIMESTAMP(3), ms BIGINT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
SELECT id, ts = TO_TIMESTAMP_LTZ(ms, 3), ts > TO_TIMESTAMP_LTZ(ms, 3), TIMESTAMPDIFF(HOUR, CAST(ts AS TIMESTAMP_LTZ(3)), TO_TIMESTAMP_LTZ(ms, 3)) FROM t;
