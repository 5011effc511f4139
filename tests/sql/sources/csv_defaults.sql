-- order: exact
CREATE TABLE p (id INT, name STRING, v DOUBLE, ok BOOLEAN) WITH ('connector' = 'filesystem', 'path' = '${DATA}/plain.csv', 'format' = 'csv');
SELECT id, '[' || name || ']', v, ok FROM p;
