-- note: SUM keeps the type and wraps
-- order: exact
CREATE TABLE n (k INT, t TINYINT, s SMALLINT, i INT, b BIGINT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/numbers.csv', 'format' = 'csv');
SELECT k, SUM(t), SUM(s), SUM(i), SUM(b) FROM n GROUP BY k;
SELECT k, AVG(t), AVG(s), AVG(i), AVG(b) FROM n GROUP BY k;
SELECT k, MIN(t), MAX(s), MIN(i), MAX(b), COUNT(b) FROM n GROUP BY k;
