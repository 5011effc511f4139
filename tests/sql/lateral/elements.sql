CREATE TABLE baskets (id INT, items ARRAY<STRING>, counts MAP<STRING, INT>) WITH ('connector' = 'filesystem', 'path' = '${DATA}/baskets.json', 'format' = 'json');
SELECT id, w FROM baskets, LATERAL (SELECT item AS w FROM UNNEST(items) AS t (item) WHERE item > 'b') AS z;
SELECT id, k, v FROM baskets, LATERAL (SELECT k, v FROM UNNEST(counts) AS t (k, v)) AS z;
SELECT id, item, CARDINALITY(items) AS n FROM baskets CROSS JOIN UNNEST(items) AS t (item);
SELECT items, item FROM baskets CROSS JOIN UNNEST(items) AS t (item) WHERE id > 1;
SELECT COUNT(*) AS n FROM baskets CROSS JOIN UNNEST(items) AS t (item);
