CREATE TABLE r (id INT, b BOOLEAN, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, s STRING, dt DATE, tm TIME(0), ts TIMESTAMP(6))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, tm, HOUR(tm), MINUTE(tm), tm > TIME '11:00:00' AS late, CAST(tm AS STRING), dt + INTERVAL '1' DAY, dt - INTERVAL '1' MONTH FROM r WHERE id <> 5;
SELECT id, ts + INTERVAL '0.001' SECOND, TIMESTAMPDIFF(DAY, CAST(dt AS TIMESTAMP(3)), ts) AS d FROM r WHERE id <> 5;
SELECT MIN(tm), MAX(dt), MIN(ts), COUNT(DISTINCT tm) FROM r;
SELECT dt, COUNT(*) FROM r WHERE dt BETWEEN DATE '2000-01-01' AND DATE '2030-01-01' GROUP BY dt;
