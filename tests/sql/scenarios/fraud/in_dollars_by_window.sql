-- note: deduplicated payments, converted at the rate of their time, summed per window and tier
-- order: net
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE rates (currency STRING, rate DECIMAL(10, 4), since TIMESTAMP(3), WATERMARK FOR since AS since - INTERVAL '1' HOUR, PRIMARY KEY (currency) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rates.csv', 'format' = 'csv');
CREATE TABLE cards (card STRING, holder STRING, tier STRING, limit_ DECIMAL(10, 2), opened DATE, PRIMARY KEY (card) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/cards.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW once AS SELECT id, card, merchant, amount, currency, ts FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) AS n FROM payments) WHERE n = 1;
CREATE VIEW priced AS SELECT o.id, o.card, o.merchant, CAST(o.amount * r.rate AS DECIMAL(14, 2)) AS usd, o.ts
FROM once o LEFT JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency;
SELECT * FROM priced;
SELECT window_start, window_end, card, SUM(usd) AS usd, COUNT(*) AS n, COUNT(usd) AS known
FROM TUMBLE(TABLE priced, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end, card;
SELECT w.window_start, c.tier, SUM(w.usd) AS usd, COUNT(DISTINCT w.card) AS cards FROM (
  SELECT window_start, window_end, card, SUM(usd) AS usd FROM TUMBLE(TABLE priced, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end, card) w
JOIN cards c ON w.card = c.card GROUP BY w.window_start, c.tier;
