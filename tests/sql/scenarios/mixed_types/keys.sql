-- order: net
CREATE TABLE r (id INT, b BOOLEAN, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, s STRING, dt DATE, tm TIME(0), ts TIMESTAMP(6))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT a.id, b.id FROM r a JOIN r b ON a.ti = b.bi;
SELECT a.id, b.id FROM r a JOIN r b ON a.i = b.f AND a.id <> b.id;
SELECT f, COUNT(*) FROM r GROUP BY f;
SELECT a.id FROM r a WHERE a.d IN (SELECT ti FROM r);
SELECT b, tm, COUNT(*) FROM r GROUP BY b, tm;
SELECT id, s FROM r WHERE dt = DATE '2024-02-29' OR ts >= TIMESTAMP '9999-12-31 23:59:59' OR tm = TIME '10:11:12';
