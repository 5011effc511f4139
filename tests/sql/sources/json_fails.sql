CREATE TABLE p (id INT, name STRING, age INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dirty.json', 'format' = 'json');
SELECT * FROM p;
