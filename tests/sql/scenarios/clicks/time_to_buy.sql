CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT v.user_id, v.ts AS viewed, p.ts AS paid, TIMESTAMPDIFF(SECOND, v.ts, p.ts) AS secs FROM events v JOIN events p ON v.user_id = p.user_id AND v.ev = 'view' AND p.ev = 'pay' AND p.ts BETWEEN v.ts AND v.ts + INTERVAL '15' MINUTE;
SELECT user_id, MIN(secs) AS fastest, COUNT(*) AS n FROM (SELECT v.user_id, TIMESTAMPDIFF(SECOND, v.ts, p.ts) AS secs FROM events v JOIN events p ON v.user_id = p.user_id AND v.ev = 'view' AND p.ev = 'pay' AND p.ts BETWEEN v.ts AND v.ts + INTERVAL '15' MINUTE) GROUP BY user_id;
SELECT v.user_id, v.url, p.ts FROM events v LEFT JOIN events p ON v.user_id = p.user_id AND p.ev = 'pay' AND p.ts BETWEEN v.ts AND v.ts + INTERVAL '2' MINUTE WHERE v.ev = 'view';
