CREATE TABLE p (id INT, name STRING, age INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/people.json', 'format' = 'json', 'json.fail-on-missing-field' = 'true');
SELECT * FROM p;
