-- order: exact
CREATE TABLE n (a TINYINT, b FLOAT, c DECIMAL(7, 2), d DOUBLE, e BIGINT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/numbers.json', 'format' = 'json');
SELECT * FROM n;
SELECT a + 1, b * 2, c + 0.01, d / 3, e % 5 FROM n;
