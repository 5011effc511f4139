-- order: sorted
-- note: columns before those of the query, with other types, or names alone
CREATE TABLE t (id INT, name STRING, n INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/create_as.csv', 'format' = 'csv');
CREATE TABLE more (note STRING, twice AS n * 2, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'print') AS SELECT id, n, ts FROM t;
CREATE TABLE wider (n DOUBLE, name VARCHAR(10)) WITH ('connector' = 'print') AS SELECT id, name, n FROM t;
CREATE TABLE ordered (ts, n, id) WITH ('connector' = 'print') AS SELECT id, n, ts FROM t;
CREATE TABLE both_ways (extra BIGINT, n BIGINT) WITH ('connector' = 'print') AS SELECT n, id FROM t;
DESCRIBE wider;
