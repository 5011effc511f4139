-- order: exact
SET 'table.local-time-zone' = 'America/New_York';
CREATE TABLE t (id INT, ts TIMESTAMP(3), ms BIGINT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
SELECT id, DATE_FORMAT(TO_TIMESTAMP_LTZ(ms, 3), 'yyyy-MM-dd HH:mm'), FROM_UNIXTIME(ms / 1000), HOUR(TO_TIMESTAMP_LTZ(ms, 3)), DAYOFWEEK(TO_TIMESTAMP_LTZ(ms, 3)),
  FLOOR(TO_TIMESTAMP_LTZ(ms, 3) TO DAY), UNIX_TIMESTAMP(DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm:ss')) FROM t WHERE id IN (1, 3);
SELECT id, TO_TIMESTAMP_LTZ(ms, 3) + INTERVAL '1' DAY, TIMESTAMPADD(MONTH, 1, TO_TIMESTAMP_LTZ(ms, 3)), TIMESTAMPDIFF(HOUR, TO_TIMESTAMP_LTZ(ms, 3), TO_TIMESTAMP_LTZ(1730615400000, 3)) FROM t;
