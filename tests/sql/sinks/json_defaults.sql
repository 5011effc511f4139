CREATE TABLE n (id INT, who ROW<name STRING, n ARRAY<INT>>, attrs MAP<STRING, STRING>, bin BYTES, `at` TIMESTAMP_LTZ(3), d DECIMAL(10, 2), f DOUBLE, `day` DATE, t TIME(0))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/nested.json', 'format' = 'json');
CREATE TABLE o (id INT, who ROW<name STRING, n ARRAY<INT>>, attrs MAP<STRING, STRING>, bin BYTES, `at` TIMESTAMP_LTZ(3), d DECIMAL(10, 2), f DOUBLE, `day` DATE, t TIME(0))
WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'json');
INSERT INTO o SELECT * FROM n;
SELECT * FROM n;
