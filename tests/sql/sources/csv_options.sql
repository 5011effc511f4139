-- order: exact
CREATE TABLE p (id INT, name STRING, tags ARRAY<STRING>, n INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/pipes.txt', 'format' = 'csv',
  'csv.field-delimiter' = '|', 'csv.quote-character' = '''', 'csv.allow-comments' = 'true', 'csv.null-literal' = 'NULL');
SELECT * FROM p;
