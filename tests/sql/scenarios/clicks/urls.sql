CREATE TABLE events (user_id BIGINT, url STRING, ev STRING, payload STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '30' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.json', 'format' = 'json');
SELECT url, PARSE_URL(url, 'HOST') AS host, PARSE_URL(url, 'PATH') AS path, PARSE_URL(url, 'QUERY', 'utm_source') AS src, PARSE_URL(url, 'REF') AS ref_, PARSE_URL(url, 'PROTOCOL') AS proto FROM events;
SELECT SPLIT_INDEX(url, '/', 3) AS first_, REGEXP_EXTRACT(url, '/p/(\d+)', 1) AS product, REGEXP_REPLACE(url, '\?.*$', '') AS bare, url LIKE '%/p/_%' AS is_product, POSITION('://' IN url) AS at_ FROM events;
SELECT COALESCE(NULLIF(SPLIT_INDEX(SPLIT_INDEX(url, '?', 0), '/', 3), ''), 'none') AS page, COUNT(*) AS n, COUNT(DISTINCT user_id) AS users FROM events GROUP BY COALESCE(NULLIF(SPLIT_INDEX(SPLIT_INDEX(url, '?', 0), '/', 3), ''), 'none');
SELECT URL_DECODE(url), STR_TO_MAP(PARSE_URL(url, 'QUERY'), '&', '=')['ref'] FROM events WHERE url LIKE '%?%';
