-- note: the last view before a payment, by temporal join with a deduplicated view
-- order: net
CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
CREATE VIEW last_view AS SELECT user_id, url, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY ts DESC) AS n FROM events WHERE ev = 'view' AND user_id IS NOT NULL) WHERE n = 1;
CREATE VIEW pays AS SELECT user_id, ts, TRY_CAST(JSON_VALUE(payload, '$.total') AS DECIMAL(8, 2)) AS total FROM events WHERE ev = 'pay';
SELECT p.user_id, p.total, v.url FROM pays p JOIN last_view FOR SYSTEM_TIME AS OF p.ts AS v ON p.user_id = v.user_id;
SELECT p.user_id, p.total, v.url, v.ts FROM pays p JOIN events v ON p.user_id = v.user_id AND v.ts BETWEEN p.ts - INTERVAL '3' MINUTE AND p.ts - INTERVAL '1' SECOND AND v.ev = 'view';
