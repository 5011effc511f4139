-- order: net
CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT id FROM docs WHERE who = ROW('ann', ROW('Oslo', ARRAY['0150', '0151']));
SELECT id, who.addr.zip = ARRAY['0150', '0151'] AS z, scores[1] = ARRAY[1, 2] AS s, who.name <> 'ann' AS n FROM docs;
SELECT COUNT(DISTINCT who.addr.city), COUNT(who) FROM docs;
SELECT who.addr.city AS c, COUNT(DISTINCT who.name) AS n FROM docs GROUP BY who.addr.city HAVING COUNT(*) > 1;
