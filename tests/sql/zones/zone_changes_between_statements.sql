-- order: exact
CREATE TABLE t (id INT, ts TIMESTAMP(3), ms BIGINT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
CREATE VIEW v AS SELECT id, CAST(TO_TIMESTAMP_LTZ(ms, 3) AS STRING) AS s FROM t;
SELECT * FROM v WHERE id = 1;
SET 'table.local-time-zone' = 'Europe/Berlin';
SELECT * FROM v WHERE id = 1;
SET 'table.local-time-zone' = '+05:30';
SELECT * FROM v WHERE id = 1;
RESET 'table.local-time-zone';
