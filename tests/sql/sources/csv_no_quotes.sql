-- order: exact
CREATE TABLE p (id INT, name STRING, v STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/pipes.txt', 'format' = 'csv',
  'csv.field-delimiter' = ';', 'csv.disable-quote-character' = 'true', 'csv.ignore-parse-errors' = 'true');
SELECT * FROM p;
