CREATE TABLE orders (id INT, currency STRING, amount INT, note STRING, ts TIMESTAMP(3), p AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '/tmp/orders', 'format' = 'csv');
CREATE TABLE rates (currency STRING, rate INT, note STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (currency) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '/tmp/rates', 'format' = 'csv');
CREATE VIEW last_rates AS SELECT currency, rate, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY ts DESC) AS rn FROM rates) WHERE rn = 1;
SELECT o.id, r.rate FROM orders o LEFT JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency AND r.rate > 5 WHERE o.amount > 3;
SELECT o.id, r.rate FROM orders o JOIN last_rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency;
SELECT o.id, r.rate FROM orders o JOIN rates FOR SYSTEM_TIME AS OF o.p AS r ON o.currency = r.currency;
SELECT o.id, r.rate FROM orders o LEFT JOIN LATERAL SNAPSHOT(input => TABLE rates, on_time => DESCRIPTOR(ts), load_completed_idle_timeout => INTERVAL '10' SECOND, state_ttl => INTERVAL '1' DAY) AS r ON o.currency = r.currency;
