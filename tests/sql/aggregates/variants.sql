-- modes: straight
CREATE TABLE events (k STRING, name STRING, v INT, p DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/events.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TEMPORARY VIEW variants AS SELECT k, ts, PARSE_JSON(JSON_OBJECT('v' VALUE v, 'p' VALUE p, 'l' VALUE ARRAY[v, 1])) AS j FROM events;
SELECT k, j, j['v'], j['l'][2], j['l'][3], j['x'] FROM variants;
SELECT k, JSON_STRING(j), JSON_ARRAY(j) FROM variants;
SELECT j['v'], COUNT(*) FROM (SELECT PARSE_JSON('{"v":' || CAST(v AS STRING) || '}') AS j FROM events WHERE v IS NOT NULL) GROUP BY j['v'];
SELECT DISTINCT j FROM (SELECT PARSE_JSON('{"v":' || CAST(v AS STRING) || '}') AS j FROM events WHERE v IS NOT NULL);
SELECT k, COUNT(DISTINCT j['v']), FIRST_VALUE(j), LAST_VALUE(j['l']), ARRAY_AGG(j['v']) FROM variants GROUP BY k;
SELECT k, JSON_ARRAYAGG(j) FROM variants GROUP BY k;
SELECT l.k, l.j, r.j FROM variants l JOIN variants r ON l.j['v'] = r.j['v'] AND l.k < r.k;
SELECT k, j FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS n FROM variants) WHERE n = 1;
SELECT k, TRY_PARSE_JSON(name), TRY_PARSE_JSON('"' || name || '"') FROM events;
SELECT MAX(j) FROM variants;
SELECT PARSE_JSON(name) FROM events;
SELECT j['v'][1] FROM variants;
SELECT CAST(j AS STRING) FROM variants;
SELECT j.v FROM variants;
CREATE TABLE kept (k STRING, j VARIANT) WITH ('connector' = 'print');
INSERT INTO kept SELECT k, j FROM variants;
DESCRIBE kept;
