-- order: net
CREATE TABLE ledger (id INT, account STRING, amount DECIMAL(10, 2), rate DECIMAL(7, 4)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT CASE SIGN(amount) WHEN 1 THEN 'in' WHEN -1 THEN 'out' WHEN 0 THEN 'zero' ELSE 'none' END AS s, COUNT(*) AS n, SUM(amount) AS a, SUM(ABS(amount)) AS b FROM ledger GROUP BY SIGN(amount);
SELECT account, SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS i, SUM(CASE WHEN amount < 0 THEN -amount ELSE 0.00 END) AS o, SUM(amount) / COUNT(*) AS m FROM ledger GROUP BY account;
SELECT account, total FROM (SELECT account, SUM(amount * (1 + rate / 100)) AS total FROM ledger GROUP BY account) WHERE total > 1;
