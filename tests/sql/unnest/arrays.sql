CREATE TABLE baskets (id INT, items ARRAY<STRING>, `lines` ARRAY<ROW<sku STRING, n INT>>, prices MAP<STRING, INT>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/baskets.json', 'format' = 'json');
SELECT id, item FROM baskets CROSS JOIN UNNEST(items) AS t(item);
SELECT id, item FROM baskets, UNNEST(items) AS t(item) WHERE item <> 'fig';
SELECT id, item FROM baskets LEFT JOIN UNNEST(items) AS t(item) ON TRUE;
SELECT id, item, place FROM baskets CROSS JOIN UNNEST(items) WITH ORDINALITY AS t(item, place);
SELECT id, item, place FROM baskets LEFT JOIN UNNEST(items) WITH ORDINALITY AS t(item, place) ON TRUE;
SELECT id, sku, n FROM baskets CROSS JOIN UNNEST(`lines`) AS t(sku, n);
SELECT id, t.sku, t.n FROM baskets LEFT JOIN UNNEST(`lines`) AS t ON TRUE;
SELECT * FROM UNNEST(ARRAY[3, 1, 2]);
SELECT x, y FROM UNNEST(ARRAY[1, 2]) AS a(x) CROSS JOIN UNNEST(ARRAY['p', 'q']) AS b(y);
SELECT id, item, s.n FROM baskets CROSS JOIN UNNEST(items) AS t(item) CROSS JOIN UNNEST(`lines`) AS s(sku, n) WHERE s.sku = 'c';
SELECT item, COUNT(*) FROM baskets CROSS JOIN UNNEST(items) AS t(item) GROUP BY item;
SELECT id, x FROM (SELECT id, CARDINALITY(items) AS c, items FROM baskets) CROSS JOIN UNNEST(items) AS t(x) WHERE c > 1;
