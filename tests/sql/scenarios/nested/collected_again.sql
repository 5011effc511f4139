CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT who.name AS name, ARRAY_AGG(id) AS ids, COLLECT(who.addr.city) AS cities, LAST_VALUE(CARDINALITY(lines)) AS lines FROM docs GROUP BY who.name;
SELECT sku, ARRAY_AGG(ROW(id, q)) AS r FROM docs CROSS JOIN UNNEST(lines) AS l (sku, q, opt) GROUP BY sku;
SELECT e, c FROM (SELECT COLLECT(who.name) AS names FROM docs WHERE id < 3 GROUP BY id) CROSS JOIN UNNEST(names) AS u (e) CROSS JOIN (VALUES (1)) AS v (c);
