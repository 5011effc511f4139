CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT id, d.who.name, d.who.addr.city, d.who.addr.zip[1] AS z, d.lines[1].sku AS s, d.lines[1].opt['color'] AS c, m['k1'].x AS x, scores[1][1] AS v FROM docs d;
SELECT id, who.addr FROM docs WHERE who.addr.city = 'Oslo';
SELECT id, CARDINALITY(lines) AS n, lines[CARDINALITY(lines)].q AS last_q, scores[3][2] AS s FROM docs;
SELECT who.addr.city AS city, COUNT(*) AS n, SUM(m['k1'].x) AS x FROM docs GROUP BY who.addr.city;
