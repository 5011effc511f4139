CREATE TABLE a (id INT, v STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/faults.json', 'format' = 'debezium-json');
SELECT * FROM a;
CREATE TABLE b (id INT, v STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/faults.json', 'format' = 'debezium-json', 'debezium-json.ignore-parse-errors' = 'true');
SELECT * FROM b;
SELECT COUNT(*), MAX(v) FROM b;
CREATE TABLE c (id INT, v STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/nobefore.json', 'format' = 'debezium-json');
SELECT * FROM c;
