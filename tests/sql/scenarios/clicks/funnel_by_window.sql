CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT window_start, window_end, COUNT(DISTINCT user_id) AS users, COUNT(DISTINCT user_id) FILTER (WHERE ev = 'cart') AS carts, COUNT(DISTINCT CASE WHEN ev = 'pay' THEN user_id END) AS payers,
  CAST(COUNT(*) FILTER (WHERE ev = 'pay') AS DOUBLE) / NULLIF(COUNT(*) FILTER (WHERE ev = 'cart'), 0) AS rate
FROM CUMULATE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '30' MINUTE) GROUP BY window_start, window_end;
SELECT user_id, window_start, ARRAY_AGG(ev) AS evs FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' HOUR) GROUP BY user_id, window_start, window_end;
