CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT DATE_FORMAT(window_start, 'yyyy-MM-dd HH:mm') AS at_, ev, COUNT(*) AS n, COUNT(DISTINCT user_id) AS u FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '20' MINUTE) GROUP BY window_start, window_end, ev;
SELECT window_start, GROUPING_ID(ev, user_id) AS g, ev, user_id, COUNT(*) AS n FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' HOUR) GROUP BY window_start, window_end, GROUPING SETS ((ev), (user_id), ());
SELECT window_start, window_end, COUNT(*) AS n FROM CUMULATE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '1' HOUR, INTERVAL '30' MINUTE) WHERE ev <> 'view' GROUP BY window_start, window_end;
