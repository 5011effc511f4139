CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT UPPER(ev) || ':' || CAST(COALESCE(user_id, -1) AS STRING) AS k, LPAD(CAST(user_id AS STRING), 4, '0') AS u, INITCAP(ev) AS c, REVERSE(ev) AS r, SUBSTRING(url FROM 9 FOR 12) AS s, CHAR_LENGTH(url) AS n, MD5(url) AS h FROM events;
SELECT CONCAT_WS('|', ev, CAST(user_id AS STRING), url) AS line, REGEXP_COUNT(url, '/') AS slashes, LOCATE('p', url, 8) AS p, TRIM(BOTH '/' FROM SPLIT_INDEX(url, 'example', 1)) AS path, STARTSWITH(url, 'https') AS tls FROM events;
