-- note: the last payment of a card as a versioned view, asked at the times of refunds
-- order: net
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE blocked (merchant STRING, since TIMESTAMP(3), reason STRING, WATERMARK FOR since AS since - INTERVAL '5' MINUTE)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/blocked.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW last_of_merchant AS SELECT merchant, id, amount, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY merchant ORDER BY ts DESC) AS rn FROM payments) WHERE rn = 1;
SELECT b.merchant, b.since, l.id, l.amount FROM blocked b LEFT JOIN last_of_merchant FOR SYSTEM_TIME AS OF b.since AS l ON b.merchant = l.merchant;
SELECT b.merchant, l.id, COALESCE(b.reason, 'none') AS reason FROM blocked AS b JOIN last_of_merchant FOR SYSTEM_TIME AS OF b.since AS l ON b.merchant = l.merchant AND l.amount > 100;
