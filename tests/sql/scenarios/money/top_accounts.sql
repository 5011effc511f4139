-- order: net
CREATE TABLE ledger (id INT, account STRING, amount DECIMAL(10, 2), rate DECIMAL(7, 4)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ledger.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT account, total FROM (SELECT account, SUM(amount) AS total FROM ledger GROUP BY account) ORDER BY total DESC, account LIMIT 2;
SELECT account, id, amount FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY account ORDER BY amount DESC, id) AS n FROM ledger) WHERE n <= 2;
SELECT a.account, a.total - b.total AS lead FROM (SELECT account, SUM(amount) AS total FROM ledger GROUP BY account) a JOIN (SELECT account, SUM(amount) AS total FROM ledger GROUP BY account) b ON a.total > b.total AND b.account = 'acc1';
