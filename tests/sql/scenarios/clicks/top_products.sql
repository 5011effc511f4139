-- order: net
CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
CREATE VIEW seen AS SELECT JSON_VALUE(payload, '$.sku') AS sku, TRY_CAST(JSON_VALUE(payload, '$.price') AS DECIMAL(8, 2)) AS price, user_id, ts FROM events WHERE JSON_EXISTS(payload, '$.sku');
SELECT sku, COUNT(*) AS viewed_, COUNT(DISTINCT user_id) AS users, MAX(price) AS price FROM seen GROUP BY sku ORDER BY viewed_ DESC, sku LIMIT 1;
SELECT * FROM (SELECT sku, n, ROW_NUMBER() OVER (ORDER BY n DESC, sku) AS rank_ FROM (SELECT sku, COUNT(*) AS n FROM seen GROUP BY sku)) WHERE rank_ <= 3;
SELECT a.sku AS one_, b.sku AS other, COUNT(*) AS together FROM seen a JOIN seen b ON a.user_id = b.user_id AND a.sku < b.sku GROUP BY a.sku, b.sku;
SELECT sku FROM seen EXCEPT SELECT sku FROM seen WHERE price > 10;
