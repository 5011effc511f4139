-- order: exact
CREATE TABLE base (id INT, name STRING, qty INT, twice AS qty * 2) WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts/p.csv', 'format' = 'csv');
CREATE TABLE derived (more AS id + 100) LIKE base;
SELECT * FROM derived;
CREATE TABLE out1 WITH ('connector' = 'print') LIKE base (EXCLUDING OPTIONS EXCLUDING GENERATED);
INSERT INTO out1 SELECT id, name, qty FROM base;
