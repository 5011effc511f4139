CREATE TABLE p (id INT, name STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dirty.csv', 'format' = 'csv');
SELECT * FROM p;
