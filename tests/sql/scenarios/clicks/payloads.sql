CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT user_id, JSON_VALUE(payload, '$.page') AS page, TRY_CAST(JSON_VALUE(payload, '$.price' DEFAULT '-1' ON EMPTY DEFAULT '-2' ON ERROR) AS DOUBLE) AS price, payload IS JSON OBJECT AS ok FROM events;
SELECT TRY_CAST(JSON_VALUE(payload, '$.ms' NULL ON EMPTY DEFAULT '-1' ON ERROR) AS INT) AS ms, JSON_EXISTS(payload, '$.items[0]') AS any_, JSON_QUERY(payload, '$.items[*].sku' WITH WRAPPER) AS skus, JSON_QUERY(payload, '$.card') AS card FROM events WHERE payload IS JSON;
SELECT JSON_VALUE(payload, '$.items[0].sku') AS sku, JSON_VALUE(payload, 'strict $.items[0].q' DEFAULT '1' ON EMPTY DEFAULT 'bad' ON ERROR) AS q, JSON_VALUE(payload, 'lax $.total' RETURNING STRING) AS total, JSON_QUERY(payload, '$.items' RETURNING ARRAY<STRING> EMPTY ARRAY ON EMPTY) AS items FROM events WHERE ev <> 'view';
SELECT SUM(TRY_CAST(JSON_VALUE(payload, '$.total') AS DECIMAL(10, 2))) AS paid, COUNT(JSON_VALUE(payload, '$.total')) AS n FROM events;
