CREATE TABLE n (id INT, `at` TIMESTAMP_LTZ(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/nested.json', 'format' = 'json');
CREATE TABLE o (id INT, `at` TIMESTAMP_LTZ(3), ts TIMESTAMP(3), ts6 TIMESTAMP(6))
WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601');
INSERT INTO o SELECT id, `at`, CAST(`at` AS TIMESTAMP(3)), TIMESTAMP '2024-01-02 03:04:05.123456' FROM n;
