CREATE TABLE t (id INT, name STRING, qty INT) WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts/p.csv', 'format' = 'csv');
SELECT ROW(id, name) AS r, ARRAY[id, qty] AS a, MAP['n', name] AS m, CAST(ROW(id, name) AS ROW<x BIGINT, y STRING>).x AS x FROM t;
SELECT ROW(1, ROW('a', CAST(NULL AS INT))), ARRAY[ARRAY[1], ARRAY[2, 3]];
