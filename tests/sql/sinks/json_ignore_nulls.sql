CREATE TABLE n (id INT, who ROW<name STRING, n ARRAY<INT>>, d DECIMAL(10, 2))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/nested.json', 'format' = 'json');
CREATE TABLE o (id INT, who ROW<name STRING, n ARRAY<INT>>, d DECIMAL(10, 2))
WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'json', 'json.encode.ignore-null-fields' = 'true', 'json.encode.decimal-as-plain-number' = 'true');
INSERT INTO o SELECT * FROM n;
INSERT INTO o VALUES (9, ROW('x', ARRAY[1]), 0.00), (10, ROW('y', ARRAY[CAST(NULL AS INT)]), 12345678.90);
