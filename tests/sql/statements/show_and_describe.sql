-- order: exact
CREATE TABLE t (id INT NOT NULL, name STRING COMMENT 'who', n AS CHAR_LENGTH(name), PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv');
CREATE VIEW v AS SELECT id FROM t;
SHOW TABLES;
SHOW VIEWS;
DESCRIBE t;
DESCRIBE v;
SHOW CURRENT DATABASE;
DROP VIEW v;
SHOW TABLES;
