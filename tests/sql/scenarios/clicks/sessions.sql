CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
CREATE VIEW sessions AS SELECT user_id, window_start AS s, window_end AS e, window_time AS t, COUNT(*) AS n, MAX(CASE WHEN ev = 'pay' THEN 1 ELSE 0 END) AS paid, MIN(url) AS landing, MAX(ev) AS last_
FROM SESSION(TABLE events PARTITION BY user_id, DESCRIPTOR(ts), INTERVAL '5' MINUTE) GROUP BY user_id, window_start, window_end, window_time;
SELECT user_id, s, e, n, paid, landing, last_ FROM sessions;
SELECT user_id, COUNT(*) AS sessions, AVG(n) AS mean, SUM(paid) AS paid, MAX(TIMESTAMPDIFF(SECOND, s, e)) AS longest FROM sessions GROUP BY user_id;
SELECT window_start, COUNT(*) AS sessions, SUM(n) AS events FROM TUMBLE(TABLE sessions, DESCRIPTOR(t), INTERVAL '15' MINUTE) GROUP BY window_start, window_end;
SELECT user_id, s, n, SUM(n) OVER (PARTITION BY user_id ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far FROM sessions;
