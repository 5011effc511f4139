-- modes: straight
CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT user_id, LISTAGG(ev, '>') AS path FROM events WHERE user_id IS NOT NULL GROUP BY user_id;
SELECT path, COUNT(*) AS n FROM (SELECT user_id, LISTAGG(ev, '>') AS path FROM events GROUP BY user_id) GROUP BY path;
