-- note: a NULL for a NOT NULL column fails the job, or drops the row
-- order: exact
CREATE TABLE t (id INT, who ROW<name STRING>) WITH ('connector' = 'filesystem', 'path' = '${DATA}/nested.json', 'format' = 'json');
CREATE TABLE s (id INT, name STRING NOT NULL) WITH ('connector' = 'print');
INSERT INTO s SELECT id, who.name FROM t;
SET 'table.exec.sink.not-null-enforcer' = 'DROP';
INSERT INTO s SELECT id, who.name FROM t;
