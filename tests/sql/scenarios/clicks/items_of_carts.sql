CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT user_id, sku FROM events CROSS JOIN UNNEST(JSON_QUERY(payload, '$.items[*].sku' RETURNING ARRAY<STRING> WITH WRAPPER)) AS t (sku) WHERE ev = 'cart';
SELECT sku, COUNT(*) AS n FROM events CROSS JOIN UNNEST(JSON_QUERY(payload, '$.items[*].sku' RETURNING ARRAY<STRING> WITH WRAPPER)) AS t (sku) WHERE ev = 'cart' GROUP BY sku;
SELECT ev, COUNT(*) AS n, COUNT(JSON_VALUE(payload, '$.page')) AS pages, SUM(CASE WHEN payload IS JSON THEN 1 ELSE 0 END) AS good FROM events GROUP BY ev;
