-- order: exact
CREATE TABLE d (k INT, v DECIMAL(38, 0)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/decimals.csv', 'format' = 'csv');
SELECT k, SUM(v), MAX(v), COUNT(*) FROM d GROUP BY k;
