-- note: one read of the source feeds three sinks
CREATE TABLE t (id INT, name STRING, price DECIMAL(8, 2), ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE a (id INT, name STRING) WITH ('connector' = 'print', 'print-identifier' = 'A');
CREATE TABLE b (id INT) WITH ('connector' = 'print', 'print-identifier' = 'B');
CREATE TABLE c (n BIGINT, s DECIMAL(38, 2)) WITH ('connector' = 'print', 'print-identifier' = 'C');
EXECUTE STATEMENT SET BEGIN
INSERT INTO a SELECT id, name FROM t;
INSERT INTO b SELECT id FROM t WHERE price > 1;
INSERT INTO c SELECT COUNT(*), SUM(price) FROM t;
END;
