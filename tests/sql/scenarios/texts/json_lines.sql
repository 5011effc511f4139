CREATE TABLE bodies (id INT, body STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/bodies.json', 'format' = 'json');
SELECT id, body IS JSON AS j, body IS JSON VALUE AS v, body IS JSON SCALAR AS s, body IS JSON ARRAY AS a, body IS NOT JSON OBJECT AS no_ FROM bodies;
SELECT id, JSON_VALUE(body, '$.a.b[1]') AS x, JSON_VALUE(body, 'lax $.a.b[*]' DEFAULT 'many' ON ERROR) AS y, JSON_QUERY(body, 'lax $.a' WITH CONDITIONAL WRAPPER) AS z, JSON_EXISTS(body, 'lax $.a' UNKNOWN ON ERROR) AS e FROM bodies;
SELECT id, TRY_CAST(JSON_VALUE(body, '$.n' DEFAULT '0' ON EMPTY DEFAULT '-1' ON ERROR) AS INT) AS n, JSON_VALUE(body, '$.t') AS t, JSON_VALUE(body, '$["key with space"]') AS k, JSON_VALUE(body, '$.d') AS d FROM bodies;
SELECT id, JSON_QUOTE(JSON_VALUE(body, '$.s')) AS q, JSON_UNQUOTE(JSON_QUOTE(JSON_VALUE(body, '$.s'))) AS u, JSON_LENGTH_ FROM (SELECT id, body, CHAR_LENGTH(body) AS JSON_LENGTH_ FROM bodies);
SELECT id, PARSE_JSON(body) FROM bodies WHERE body IS JSON;
