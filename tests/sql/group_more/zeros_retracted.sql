-- order: sorted
-- modes: straight
-- note: values that are counted and taken back: 0.0 and -0.0 are two, of which -0.0 is less
CREATE TABLE z (k INT, d DOUBLE) WITH ('connector' = 'filesystem', 'path' = '${DATA}/zeros.csv', 'format' = 'csv');
CREATE VIEW lasts AS SELECT k % 3 AS g, LAST_VALUE(d) AS d, LAST_VALUE(k) AS k FROM z GROUP BY k % 3;
SELECT MAX(d) AS high, MIN(d) AS low, COUNT(DISTINCT d) AS n, COUNT(*) AS c, SUM(k) AS s FROM lasts;
SELECT FIRST_VALUE(d) AS f, LAST_VALUE(d) AS l, SUM(k) AS s FROM lasts;
