CREATE TABLE o (s STRING, b BOOLEAN, f FLOAT, d DOUBLE, n BIGINT, c VARCHAR(3), y TINYINT)
WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'json');
INSERT INTO o VALUES ('quote " back \ slash / é 😀', TRUE, CAST(1.5 AS FLOAT), 1e-7, 9223372036854775807, 'a', CAST(-128 AS TINYINT)),
  (U&'tab \0009 line \000A bell \0007 sep \2028', FALSE, CAST(0.1 AS FLOAT), 123456789e0, -1, 'abc', CAST(0 AS TINYINT)),
  ('', CAST(NULL AS BOOLEAN), CAST(1e10 AS FLOAT), -0e0, 0, '', CAST(1 AS TINYINT));
