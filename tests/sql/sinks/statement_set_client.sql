-- note: the client's form
CREATE TABLE t (id INT, name STRING, price DECIMAL(8, 2), ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE a (id INT, name STRING) WITH ('connector' = 'print', 'print-identifier' = 'A');
CREATE TABLE nowhere (id INT) WITH ('connector' = 'blackhole');
BEGIN STATEMENT SET;
INSERT INTO a SELECT id, name FROM t;
INSERT INTO nowhere SELECT id FROM t;
END;
