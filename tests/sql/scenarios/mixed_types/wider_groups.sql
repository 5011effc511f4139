-- order: net
CREATE TABLE r (id INT, b BOOLEAN, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, s STRING, dt DATE, tm TIME(0), ts TIMESTAMP(6))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT COALESCE(ti, si, i) AS c, COUNT(*) FROM r GROUP BY COALESCE(ti, si, i);
SELECT CASE WHEN id = 1 THEN ti WHEN id = 2 THEN bi ELSE d END AS m FROM r;
SELECT id FROM r WHERE ti IN (1, 127.0, CAST(-128 AS BIGINT));
SELECT DISTINCT CAST(d AS BIGINT), b FROM r WHERE id IN (1, 4, 5);
SELECT MAX(CAST(ti AS BIGINT) + bi % 10), MIN(f * d) FROM r WHERE id <> 2;
