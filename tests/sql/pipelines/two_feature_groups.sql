-- note: per card and per merchant, by nesting
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.json', 'format' = 'json');
CREATE VIEW by_card AS SELECT *, COUNT(*) OVER (PARTITION BY card ORDER BY ts RANGE BETWEEN INTERVAL '30' SECOND PRECEDING AND CURRENT ROW) AS card_n FROM payments;
CREATE VIEW by_both AS SELECT *, COUNT(DISTINCT card) OVER (PARTITION BY merchant ORDER BY ts RANGE BETWEEN INTERVAL '30' SECOND PRECEDING AND CURRENT ROW) AS merchant_cards FROM by_card;
SELECT id, card_n, merchant_cards FROM by_both;
