-- order: exact
CREATE TABLE b (x BOOLEAN, y BOOLEAN) WITH ('connector' = 'filesystem', 'path' = '${DATA}/booleans.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT x, y, x AND y, x OR y, NOT x, x = y, x <> y, x IS TRUE, x IS NOT FALSE, x IS UNKNOWN, x IS DISTINCT FROM y, x IS NOT DISTINCT FROM y FROM b;
SELECT x, y FROM b WHERE x AND NOT y;
SELECT x, y FROM b WHERE x OR y IS NULL;
