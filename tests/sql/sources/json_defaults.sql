-- note: missing and extra keys, key order, numbers and booleans in strings, scalars and objects read as STRING
-- order: exact
CREATE TABLE p (id INT, name STRING, age INT, score DOUBLE, ok BOOLEAN) WITH ('connector' = 'filesystem', 'path' = '${DATA}/people.json', 'format' = 'json');
SELECT * FROM p;
SELECT name FROM p WHERE age IS NULL;
