CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT id, ARRAY_CONCAT(scores[1], scores[2]) AS c, ARRAY_SLICE(scores[1], 1, 1) AS s, ARRAY_MAX(scores[1]) AS m, ARRAY_POSITION(scores[1], 2) AS p, ARRAY_REVERSE(scores) AS r FROM docs;
SELECT id, ARRAY_JOIN(who.addr.zip, '-') AS j, ARRAY_APPEND(who.addr.zip, who.name) AS a, ARRAY_REMOVE(who.addr.zip, '0150') AS x, ARRAY_UNION(who.addr.zip, ARRAY['0150', 'z']) AS u FROM docs;
SELECT id, MAP_KEYS(m), MAP_VALUES(m), MAP_ENTRIES(m), CARDINALITY(MAP_UNION(m, MAP['k9', ROW(9, 'n')])) FROM docs WHERE id <> 4;
SELECT id, ARRAY_SORT(scores[3]), ARRAY_SORT(who.addr.zip, FALSE, TRUE), ARRAY_EXCEPT(scores[1], ARRAY[1]), ELEMENT(ARRAY[id]) FROM docs;
