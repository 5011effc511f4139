CREATE TABLE ledger (id INT, account STRING, amount DECIMAL(10, 2), rate DECIMAL(7, 4)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, ROUND(amount, 1), ROUND(amount, 0), ROUND(amount, -1), ROUND(rate, 3), TRUNCATE(rate, 2), FLOOR(rate), CEIL(rate), CAST(rate AS DECIMAL(5, 1)), CAST(rate AS INT) FROM ledger;
SELECT id, CAST(amount AS STRING), CAST(amount * 1.0 AS STRING), CAST(CAST(amount AS DOUBLE) AS DECIMAL(12, 4)), CAST(amount AS FLOAT), amount = ROUND(amount, 1) AS tenths FROM ledger WHERE id <> 9;
SELECT SUM(ROUND(amount * rate / 100, 2)) AS a, ROUND(SUM(amount * rate / 100), 2) AS b FROM ledger WHERE ABS(amount) < 1000;
