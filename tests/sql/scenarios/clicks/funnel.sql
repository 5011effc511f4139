-- modes: straight
-- note: view, cart and pay within half an hour, in that order
CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT * FROM events MATCH_RECOGNIZE (PARTITION BY user_id ORDER BY ts
  MEASURES FIRST(V.ts) AS viewed, C.ts AS carted, P.ts AS paid, COUNT(V.ts) AS viewed_, CAST(JSON_VALUE(P.payload, '$.total') AS DECIMAL(8, 2)) AS total
  PATTERN (V+ C P) WITHIN INTERVAL '30' MINUTE DEFINE V AS V.ev = 'view', C AS C.ev = 'cart', P AS P.ev = 'pay');
SELECT user_id, left_at FROM events MATCH_RECOGNIZE (PARTITION BY user_id ORDER BY ts MEASURES C.ts AS left_at PATTERN (C N) DEFINE C AS C.ev = 'cart', N AS N.ev <> 'pay');
SELECT COUNT(*) FILTER (WHERE v > 0) AS viewed, COUNT(*) FILTER (WHERE c > 0) AS carted, COUNT(*) FILTER (WHERE p > 0) AS paid FROM (
  SELECT user_id, SUM(CASE ev WHEN 'view' THEN 1 ELSE 0 END) AS v, COUNT(CASE WHEN ev = 'cart' THEN 1 END) AS c, COUNT(*) FILTER (WHERE ev = 'pay') AS p FROM events WHERE user_id IS NOT NULL GROUP BY user_id);
