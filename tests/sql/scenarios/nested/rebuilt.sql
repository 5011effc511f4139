CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT id, ROW(id, who.name) AS r, ARRAY[who.name, who.addr.city] AS a, MAP['n', CARDINALITY(lines)] AS m FROM docs;
SELECT CAST(ROW(id, who.name) AS ROW<k BIGINT, v STRING>) AS r, CAST(scores[1] AS ARRAY<STRING>) AS s FROM docs;
SELECT r.k + 1 AS k, r.v FROM (SELECT CAST(ROW(id, COALESCE(who.name, '-')) AS ROW<k BIGINT, v STRING>) AS r FROM docs);
SELECT CASE WHEN who IS NULL THEN NULL ELSE who.addr END AS addr, COALESCE(who.addr.zip, ARRAY['none']) AS zip FROM docs;
SELECT ROW(1, 'a') = ROW(1, 'a'), ROW(1, 'a') <> ROW(1, 'b'), ARRAY[1, 2] = ARRAY[1, 2], MAP['a', 1] = MAP['a', 1];
