CREATE TABLE r (id INT, b BOOLEAN, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, s STRING, dt DATE, tm TIME(0), ts TIMESTAMP(6))
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, ti + si AS a, i * 2 AS b, bi + 1 AS c, f * 2 AS d, d / 2 AS e, -ti AS g, ti * ti AS h, i / 7 AS k, MOD(bi, 10) AS l FROM r;
SELECT id, ti = f AS a, i < bi AS b, d > f AS c, si BETWEEN ti AND i AS e, bi = d AS g, i IN (0, 1, 2147483647) AS h, f = 0 AS z FROM r;
SELECT id, ABS(i), POWER(ti, 2), SQRT(ABS(f)), LOG2(ABS(ti) + 1), EXP(ti / 100e0), BIN(ti), HEX(bi), ROUND(f, 1), SIGN(d) FROM r WHERE id <> 2;
SELECT SUM(ti), SUM(si), SUM(i), SUM(bi), SUM(f), AVG(ti), AVG(bi), AVG(f), MIN(d), MAX(d) FROM r WHERE id < 5;
SELECT COUNT(DISTINCT b), MIN(b), MAX(s), MIN(dt), MAX(tm), MIN(ts) FROM r;
