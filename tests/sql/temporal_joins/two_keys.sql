CREATE TABLE orders (id INT, currency STRING, amount INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
CREATE TABLE rates (currency STRING, rate INT, ts TIMESTAMP(3), parity AS MOD(rate, 2), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR, PRIMARY KEY (currency) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/rates_only.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT o.id, r.rate, r.parity FROM (SELECT *, MOD(amount, 2) AS parity FROM orders) AS o LEFT JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency AND o.parity = r.parity;
