-- order: net
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE cards (card STRING, holder STRING, tier STRING, limit_ DECIMAL(10, 2), opened DATE, PRIMARY KEY (card) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/cards.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW spent AS SELECT card, SUM(amount) AS spent, COUNT(DISTINCT merchant) AS merchants, MAX(ts) AS latest FROM payments WHERE card IS NOT NULL GROUP BY card;
SELECT c.card, c.holder, s.spent, c.limit_, s.spent / NULLIF(c.limit_, 0) AS used FROM cards c LEFT JOIN spent s ON s.card = c.card;
SELECT c.card, s.spent > c.limit_ AS over_ FROM spent s FULL JOIN cards c ON c.card = s.card;
SELECT tier, COUNT(*) AS cards, SUM(CASE WHEN spent > limit_ THEN 1 ELSE 0 END) AS over_, AVG(merchants) AS merchants FROM spent s RIGHT JOIN cards c ON c.card = s.card GROUP BY tier;
SELECT holder, TIMESTAMPDIFF(DAY, CAST(opened AS TIMESTAMP(3)), s.latest) AS age FROM cards c JOIN spent s ON s.card = c.card AND (c.tier = 'gold' OR s.merchants > 1);
