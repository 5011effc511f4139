-- order: net
CREATE TABLE ledger (id INT, account STRING, amount DECIMAL(10, 2), rate DECIMAL(7, 4)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT account, SUM(amount) AS s, SUM(amount) / (SELECT SUM(amount) FROM ledger) AS share FROM ledger GROUP BY account;
SELECT l.account, l.total, l.total * 100 / t.total AS percent_, ROUND(l.total * 100 / t.total, 1) AS p1 FROM (SELECT account, SUM(amount) AS total FROM ledger GROUP BY account) l CROSS JOIN (SELECT SUM(amount) AS total FROM ledger WHERE amount > 0) t;
SELECT account, CASE WHEN SUM(amount) > 50 THEN SUM(amount) * 0.9 ELSE 0 END AS net FROM ledger GROUP BY account;
SELECT CASE WHEN amount > 0 THEN amount WHEN amount < 0 THEN 0 ELSE 1.2345 END AS c, COALESCE(amount, rate) AS co, NULLIF(amount, 0) AS nu, IF(amount > 0, amount, rate) AS i FROM ledger;
