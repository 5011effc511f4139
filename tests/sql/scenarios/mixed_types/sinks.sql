CREATE TABLE r (id INT, b BOOLEAN, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, s STRING, dt DATE, tm TIME(0), ts TIMESTAMP(6))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE wide (id BIGINT, ti INT, i BIGINT, f DOUBLE, s STRING, dt DATE, ts TIMESTAMP(3)) WITH ('connector' = 'print');
INSERT INTO wide SELECT id, ti, i, f, s, dt, ts FROM r;
CREATE TABLE narrow (id SMALLINT, i TINYINT, s VARCHAR(2)) WITH ('connector' = 'print');
INSERT INTO narrow SELECT id, i, s FROM r;
INSERT INTO narrow SELECT CAST(id AS SMALLINT), CAST(i AS TINYINT), CAST(s AS VARCHAR(2)) FROM r;
SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';
CREATE TABLE padded (c CHAR(5), v VARCHAR(2), b BINARY(3)) WITH ('connector' = 'print');
INSERT INTO padded SELECT CAST(s AS CHAR(2)), CAST(s AS VARCHAR(5)), CAST(s AS BYTES) FROM r;
INSERT INTO wide (ts, id) SELECT ts, ti FROM r WHERE id = 1;
