CREATE TABLE t (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, CONCAT(k, '-', CAST(v AS STRING)), CONCAT_WS('-', k, CAST(v AS STRING), 'z'), k || CAST(v AS STRING), COALESCE(k, CAST(v AS STRING), 'none'), REPLACE(k, 'a', CAST(NULL AS STRING)) FROM t;
SELECT LISTAGG(k), LISTAGG(COALESCE(k, '?'), '|'), MIN(k), MAX(k), COUNT(k) FROM t;
SELECT k, k = 'a' AS e, k <> 'a' AS n, k IN ('a', 'b') AS i, k LIKE 'a%' AS l, NOT (k LIKE 'a%') AS nl, k IS NOT DISTINCT FROM 'a' AS d FROM t WHERE id < 6;
