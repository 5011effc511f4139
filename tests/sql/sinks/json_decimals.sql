CREATE TABLE o (a DECIMAL(10, 2), b DECIMAL(38, 10), c DECIMAL(5, 0), d DECIMAL(20, 15))
WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'json');
INSERT INTO o VALUES (1.50, 123456789.1000000000, 100, 0.000000000000001), (0.00, 0.0, -5, 0.00000012), (-100.00, 10000000000.0, 12000, 12345.5);
CREATE TABLE p (a DECIMAL(10, 2), b DECIMAL(38, 10), c DECIMAL(5, 0), d DECIMAL(20, 15))
WITH ('connector' = 'filesystem', 'path' = '${OUT}/p', 'format' = 'json', 'json.encode.decimal-as-plain-number' = 'true');
INSERT INTO p VALUES (1.50, 123456789.1000000000, 100, 0.000000000000001), (0.00, 0.0, -5, 0.00000012), (-100.00, 10000000000.0, 12000, 12345.5);
