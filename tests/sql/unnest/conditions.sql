CREATE TABLE baskets (id INT, items ARRAY<STRING>, `lines` ARRAY<ROW<sku STRING, n INT>>, prices MAP<STRING, INT>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/baskets.json', 'format' = 'json');
SELECT id, item FROM baskets LEFT JOIN UNNEST(items) AS t(item) ON item <> 'fig';
SELECT id, item FROM baskets LEFT JOIN UNNEST(items) AS t(item) ON item IS NULL;
SELECT id, item, place FROM baskets LEFT JOIN UNNEST(items) WITH ORDINALITY AS t(item, place) ON place = 2;
SELECT id, sku, n FROM baskets LEFT JOIN UNNEST(`lines`) AS t(sku, n) ON n > 1;
SELECT id, k, v FROM baskets LEFT JOIN UNNEST(prices) AS t(k, v) ON v IS NOT NULL;
SELECT id, COUNT(item) FROM baskets LEFT JOIN UNNEST(items) AS t(item) ON item <> 'apple' GROUP BY id;
SELECT id, x FROM baskets LEFT JOIN LATERAL (SELECT item FROM UNNEST(items) AS t(item) WHERE item <> 'fig') AS l(x) ON TRUE;
