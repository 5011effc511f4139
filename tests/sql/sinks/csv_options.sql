CREATE TABLE t (id INT, name STRING, price DECIMAL(8, 2), ts TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE o (id INT, name STRING, price DECIMAL(8, 2), ts TIMESTAMP(3), a ARRAY<STRING>, ok BOOLEAN)
WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'csv', 'csv.field-delimiter' = ';', 'csv.quote-character' = '''', 'csv.null-literal' = 'NULL',
  'csv.array-element-delimiter' = '|');
INSERT INTO o SELECT id, name, price, ts, ARRAY['p', name, 'q;r'], id > 2 FROM t;
CREATE TABLE p (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/p', 'format' = 'csv', 'csv.disable-quote-character' = 'true');
INSERT INTO p SELECT id, UPPER(SUBSTRING(name, 1, 3)) FROM t WHERE id < 3;
