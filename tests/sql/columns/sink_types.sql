-- note: CHAR pads and VARCHAR cuts only where told to; implicit casts widen
-- order: exact
CREATE TABLE s (c CHAR(4), v VARCHAR(3), d DECIMAL(10, 3), b BIGINT, f DOUBLE, t TIMESTAMP(3)) WITH ('connector' = 'print');
INSERT INTO s SELECT 'ab', 'abc', 1.5, 1, 2, TIMESTAMP '2024-01-01 00:00:00.123456';
SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';
INSERT INTO s SELECT 'ab', 'abc', 1.5, 1, 2, TIMESTAMP '2024-01-01 00:00:00.123456';
