CREATE TABLE t (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, v > 0 AS a, NOT v > 0 AS b, v > 0 OR k = 'a' AS c, v > 0 AND k = 'a' AS d, (v > 0) IS UNKNOWN AS e, (v > 0) IS NOT TRUE AS f, (k = 'a') IS FALSE AS g FROM t;
SELECT id FROM t WHERE v NOT IN (5, 7);
SELECT id FROM t WHERE v NOT IN (5, CAST(NULL AS INT));
SELECT id FROM t WHERE v IN (5, CAST(NULL AS INT)) OR k IN (NULLIF('a', 'a'), 'b');
SELECT id, CASE k WHEN 'a' THEN 1 WHEN CAST(NULL AS STRING) THEN 2 ELSE 3 END AS c, CASE WHEN v > 0 THEN 'pos' WHEN v <= 0 THEN 'neg' END AS s, NULLIF(k, 'a') AS n, COALESCE(v, id * 100) AS o FROM t;
SELECT id, v BETWEEN 0 AND 5 AS b, v NOT BETWEEN 0 AND 5 AS nb, v IS DISTINCT FROM 5 AS d, k || '!' AS e, k LIKE '%' AS l, GREATEST(v, 1) AS g, IFNULL(k, 'none') AS i FROM t;
