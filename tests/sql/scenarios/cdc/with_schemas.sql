CREATE TABLE u (id INT, v STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/schema.json', 'format' = 'debezium-json', 'debezium-json.schema-include' = 'true');
SELECT * FROM u;
CREATE TABLE w (id INT, v STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/schema.json', 'format' = 'debezium-json', 'debezium-json.ignore-parse-errors' = 'true');
SELECT * FROM w;
