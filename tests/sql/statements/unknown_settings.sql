-- note: settings that Flink does not know are ignored
-- order: exact
SET 'millrace.anything' = 'goes';
SET 'pipeline.name' = 'demo';
CREATE TABLE t (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
SELECT name FROM t;
