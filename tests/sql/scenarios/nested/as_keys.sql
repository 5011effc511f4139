CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT who, COUNT(*) AS n FROM docs GROUP BY who;
SELECT DISTINCT who.addr FROM docs;
SELECT scores, MIN(id) AS id FROM docs GROUP BY scores;
SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY who.addr.zip ORDER BY id) AS n FROM docs) WHERE n = 1;
