-- order: exact
-- note: in an ARRAY or ROW the null literal is an element, also where it is the only one
CREATE TABLE p (id INT, arr ARRAY<STRING>, r ROW<a INT, b STRING>)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/null_literals.txt', 'format' = 'csv', 'csv.field-delimiter' = '|', 'csv.null-literal' = 'NULL');
SELECT * FROM p;
