-- order: sorted
-- note: 0.0 and -0.0 are two groups, and equal all the same
CREATE TABLE z (k INT, d DOUBLE) WITH ('connector' = 'filesystem', 'path' = '${DATA}/zeros.csv', 'format' = 'csv');
SELECT d, COUNT(*) AS n FROM z GROUP BY d;
SELECT DISTINCT d FROM z;
SELECT COUNT(DISTINCT d) AS n FROM z;
SELECT x.k, y.k FROM z AS x JOIN z AS y ON x.d = y.d AND x.k < y.k;
SELECT d, k FROM (SELECT d, k, ROW_NUMBER() OVER (PARTITION BY d ORDER BY k DESC) AS rn FROM z) WHERE rn <= 2;
SELECT k FROM z AS x WHERE d = 0;
SELECT COUNT(DISTINCT CAST(d AS FLOAT)) AS n, SUM(DISTINCT d) AS s FROM z;
SELECT ARRAY[d] AS a, COUNT(*) AS n FROM z GROUP BY ARRAY[d];
SELECT x.k, y.k FROM z AS x JOIN z AS y ON ARRAY[x.d] = ARRAY[y.d] AND x.k < y.k;
SELECT k FROM z WHERE d IN (SELECT d FROM z WHERE k = 2);
SELECT d FROM z INTERSECT SELECT d FROM z WHERE k = 2;
