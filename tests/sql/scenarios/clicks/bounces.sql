-- order: net
CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT user_id FROM events WHERE user_id IS NOT NULL GROUP BY user_id HAVING COUNT(*) = 1 OR MAX(ev) = 'view';
SELECT e.user_id, e.ts FROM events e WHERE e.ev = 'view' AND NOT EXISTS (SELECT * FROM events f WHERE f.user_id = e.user_id AND f.ev = 'pay' AND f.ts > e.ts);
SELECT user_id, n * 100 / total AS share FROM (SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id), (SELECT COUNT(*) AS total FROM events);
SELECT u.user_id, (SELECT MAX(ts) FROM events p WHERE p.user_id = u.user_id AND p.ev = 'pay') AS last_pay FROM (SELECT DISTINCT user_id FROM events) u;
