-- note: a bad field becomes NULL, a bad record is skipped
-- order: exact
CREATE TABLE p (id INT, name STRING, age INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/dirty.json', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
SELECT * FROM p;
