CREATE TABLE orders (id INT, currency STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE rates (currency STRING, rate INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR, PRIMARY KEY (currency) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rates_only.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE VIEW priced AS SELECT o.id, o.currency, o.ts AS at_, o.amount * r.rate AS total FROM orders AS o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency;
SELECT window_start, currency, SUM(total) AS total, COUNT(*) AS n FROM TUMBLE(TABLE priced, DESCRIPTOR(at_), INTERVAL '10' SECOND) GROUP BY window_start, window_end, currency;
SELECT id, total, SUM(total) OVER (PARTITION BY currency ORDER BY at_ RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND CURRENT ROW) AS near FROM priced;
SELECT o.id, r.rate, s.rate FROM orders AS o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency
LEFT JOIN rates FOR SYSTEM_TIME AS OF o.ts AS s ON s.currency = 'EUR' AND o.currency = s.currency;
