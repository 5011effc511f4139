CREATE TABLE ledger (id INT, account STRING, amount DECIMAL(10, 2), rate DECIMAL(7, 4)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, amount * rate / 100 AS interest, CAST(amount * rate / 100 AS DECIMAL(12, 2)) AS rounded, ROUND(amount * rate / 100, 2) AS r2, TRUNCATE(amount * rate / 100, 2) AS t2 FROM ledger;
SELECT account, SUM(amount) AS s, SUM(amount * rate) AS w, AVG(amount) AS m, SUM(amount * rate) / NULLIF(SUM(rate), 0) AS weighted, MAX(amount) - MIN(amount) AS spread FROM ledger GROUP BY account;
SELECT amount / 3, amount / CAST(3 AS DECIMAL(5, 2)), amount * 1.1, amount + 0.001, amount - CAST(1 AS BIGINT), MOD(amount, 7), amount % 0.3 FROM ledger WHERE id IN (1, 4, 7);
SELECT amount * amount * amount, CAST(amount AS DECIMAL(38, 18)) * amount, amount * CAST(rate AS DOUBLE), -amount, ABS(amount), SIGN(amount), CEIL(amount), FLOOR(amount) FROM ledger;
