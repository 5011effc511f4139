CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT d.id, l.sku, l.q, l.opt['color'] AS color FROM docs d CROSS JOIN UNNEST(d.lines) AS l (sku, q, opt);
SELECT d.id, l.sku FROM docs d LEFT JOIN UNNEST(d.lines) AS l (sku, q, opt) ON TRUE;
SELECT l.sku, SUM(l.q) AS q, COUNT(*) AS n FROM docs, UNNEST(docs.lines) AS l (sku, q, opt) GROUP BY l.sku;
SELECT d.id, s.e AS inner_ FROM docs d CROSS JOIN UNNEST(d.scores) AS s (e);
SELECT d.id, v FROM docs d CROSS JOIN UNNEST(d.scores) AS s (e) CROSS JOIN UNNEST(s.e) AS t (v);
SELECT d.id, k, x, y FROM docs d CROSS JOIN UNNEST(d.m) AS t (k, r) CROSS JOIN LATERAL (SELECT r.x AS x, r.y AS y);
