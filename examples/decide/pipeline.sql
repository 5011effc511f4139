-- A decision about a payment while the client waits: POST /decide/payments.
-- Run it with: millrace run examples/decide/pipeline.sql
SET 'pipeline.name' = 'decide';
SET 'millrace.over.emit' = 'on-arrival';
SET 'millrace.table.payments.decide.deadline' = '200 ms';
SET 'millrace.table.payments.decide.fallback' = '{"action": "review", "reason": "no answer in time"}';

CREATE TABLE payments (
  id BIGINT NOT NULL,
  card STRING NOT NULL,
  amount DOUBLE NOT NULL,
  ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
  request_id STRING METADATA FROM 'request-id',
  WATERMARK FOR ts AS ts
) WITH ('connector' = 'http', 'format' = 'json', 'key' = 'card');

CREATE TABLE decisions (
  id BIGINT,
  action STRING,
  payments_last_minute BIGINT,
  spent_last_minute DOUBLE,
  request_id STRING METADATA FROM 'request-id'
) WITH ('connector' = 'reply', 'format' = 'json');

INSERT INTO decisions
SELECT id,
  CASE WHEN spent > 1000 OR n > 5 THEN 'review' ELSE 'accept' END,
  n, spent, request_id
FROM (
  SELECT id, request_id, COUNT(*) OVER w AS n, SUM(amount) OVER w AS spent
  FROM payments
  WINDOW w AS (PARTITION BY card ORDER BY ts
               RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW));
