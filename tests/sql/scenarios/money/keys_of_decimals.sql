-- order: net
CREATE TABLE ledger (id INT, account STRING, amount DECIMAL(10, 2), rate DECIMAL(7, 4)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT amount, COUNT(*) FROM ledger GROUP BY amount;
SELECT a.id, b.id FROM ledger a JOIN ledger b ON a.amount = CAST(b.amount AS DECIMAL(20, 4)) AND a.id < b.id;
SELECT id FROM ledger WHERE amount IN (0, 0.01, 33.330, 100.1);
SELECT CAST(amount AS DECIMAL(10, 1)) AS k, COUNT(DISTINCT amount) AS n, MIN(rate) AS r FROM ledger GROUP BY CAST(amount AS DECIMAL(10, 1));
SELECT amount FROM ledger UNION SELECT CAST(rate AS DECIMAL(20, 4)) FROM ledger;
SELECT DISTINCT SIGN(amount) FROM ledger;
