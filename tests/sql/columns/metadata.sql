-- order: exact
CREATE TABLE t (id INT, name STRING, qty INT, fname STRING NOT NULL METADATA FROM 'file.name' VIRTUAL, size BIGINT METADATA FROM 'file.size',
  `file.path` STRING NOT NULL METADATA VIRTUAL)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts', 'format' = 'csv');
SELECT id, fname, size, `file.path` FROM t;
SELECT * FROM t WHERE fname = 'p.csv';
