-- order: exact
CREATE TABLE p (id INT, name STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dirty.csv', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true');
SELECT * FROM p;
