-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, fname STRING METADATA FROM 'file.name', stem AS SPLIT_INDEX(fname, '.', 0))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts', 'format' = 'csv');
SELECT id, stem || '-' || name FROM t;
