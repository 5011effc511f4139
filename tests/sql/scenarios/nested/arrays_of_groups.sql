-- modes: straight
CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT who.name AS name, ARRAY_AGG(id) AS ids, CARDINALITY(ARRAY_AGG(id)) AS n FROM docs GROUP BY who.name;
SELECT name, ids[1] AS first_, ids[CARDINALITY(ids)] AS last_ FROM (SELECT who.name AS name, ARRAY_AGG(id) AS ids FROM docs GROUP BY who.name);
SELECT id, q FROM docs CROSS JOIN UNNEST(lines) AS l (sku, q, opt) WHERE q > 1;
SELECT id, SUM(v) AS s FROM docs CROSS JOIN UNNEST(scores) AS a (e) CROSS JOIN UNNEST(a.e) AS b (v) GROUP BY id;
