-- Payments in, a risk for each, alerts out, and a total per card and minute.
-- Run it here: millrace run pipeline.sql. docs/guide/first-pipeline.md goes through it step by step.

CREATE TABLE payments (
  id BIGINT,
  card STRING,
  amount DOUBLE,
  ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');

CREATE MODEL risk
INPUT (amount DOUBLE, payments BIGINT)
OUTPUT (risk DOUBLE)
WITH ('provider' = 'onnx', 'path' = 'risk.onnx');

CREATE VIEW with_features AS
SELECT id, card, amount, ts,
  COUNT(*) OVER (
    PARTITION BY card ORDER BY ts
    RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW) AS payments
FROM payments;

CREATE TABLE alerts (id BIGINT, card STRING, amount DOUBLE, payments BIGINT, risk DOUBLE)
WITH ('connector' = 'print');

CREATE TABLE totals (card STRING, minute_start TIMESTAMP(3), payments BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = 'totals', 'format' = 'csv');

EXECUTE STATEMENT SET BEGIN
  INSERT INTO alerts
  SELECT id, card, amount, payments, ROUND(risk, 3)
  FROM ML_PREDICT(TABLE with_features, MODEL risk, DESCRIPTOR(amount, payments))
  WHERE risk > 0.5;

  INSERT INTO totals
  SELECT card, window_start, COUNT(*), SUM(amount)
  FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
  GROUP BY card, window_start, window_end;
END;
