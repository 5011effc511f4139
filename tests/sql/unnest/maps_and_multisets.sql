-- order: net
CREATE TABLE baskets (id INT, items ARRAY<STRING>, `lines` ARRAY<ROW<sku STRING, n INT>>, prices MAP<STRING, INT>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/baskets.json', 'format' = 'json');
SELECT id, k, v FROM baskets CROSS JOIN UNNEST(prices) AS t(k, v);
SELECT id, k, v FROM baskets LEFT JOIN UNNEST(prices) AS t(k, v) ON TRUE;
SELECT x FROM (SELECT COLLECT(n) AS m FROM (VALUES (1), (2), (2)) AS v(n)) CROSS JOIN UNNEST(m) AS t(x);
SELECT id, k, v, o FROM baskets CROSS JOIN UNNEST(prices) WITH ORDINALITY AS t(k, v, o);
SELECT b.id, t.item, c.id FROM baskets b CROSS JOIN UNNEST(items) AS t(item) JOIN baskets c ON c.items[1] = t.item;
