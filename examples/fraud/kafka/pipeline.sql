-- Card fraud, live: payments come from Kafka, and a payment switch asks over HTTP.
--   topic transactions + POST /decide/authorisations -> features -> model -> topics alerts, decisions
--                                                                            -> the answer
-- `make demo-kafka` runs it against a broker of its own. By hand, where model.onnx is:
--   KAFKA=broker:9092 millrace run pipeline.sql            or, without any broker:
--   KAFKA=none millrace run pipeline.sql --local
-- The features are those of ../features.sql; a test compares them.

SET 'pipeline.name' = 'card-fraud-live';
SET 'millrace.over.emit' = 'on-arrival';
SET 'millrace.latency-budget' = '200 ms';
SET 'millrace.table.authorisations.decide.deadline' = '200 ms';
SET 'millrace.table.authorisations.decide.fallback' = '{"decision": "review"}';

CREATE TABLE settled (
  id BIGINT,
  ts TIMESTAMP(3),
  card STRING,
  merchant STRING,
  category STRING,
  channel STRING,
  device STRING,
  amount DOUBLE,
  lat DOUBLE,
  lon DOUBLE,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'transactions',
  'properties.bootstrap.servers' = '${env:KAFKA}',
  'properties.group.id' = 'card-fraud',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TABLE authorisations (
  id BIGINT NOT NULL,
  ts TIMESTAMP(3) NOT NULL,
  card STRING NOT NULL,
  merchant STRING,
  category STRING,
  channel STRING,
  device STRING,
  amount DOUBLE NOT NULL,
  lat DOUBLE,
  lon DOUBLE,
  request_id STRING METADATA FROM 'request-id',
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (
  'connector' = 'http',
  'format' = 'json',
  'key' = 'card'
);

CREATE VIEW transactions AS
SELECT id, ts, card, merchant, category, channel, device, amount, lat, lon,
  CAST(NULL AS STRING) AS request_id
FROM settled
UNION ALL
SELECT id, ts, card, merchant, category, channel, device, amount, lat, lon, request_id
FROM authorisations;

-- A payment that was sent twice counts once.
CREATE VIEW payments AS
SELECT * FROM (
  SELECT *, COUNT(*) OVER (
    PARTITION BY id ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS times_seen
  FROM transactions)
WHERE times_seen = 1;

-- Where and when was the card used before this payment?
CREATE VIEW with_previous AS
SELECT *,
  FIRST_VALUE(ts) OVER w AS previous_ts,
  FIRST_VALUE(lat) OVER w AS previous_lat,
  FIRST_VALUE(lon) OVER w AS previous_lon
FROM payments
WINDOW w AS (PARTITION BY card ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);

-- Kilometres from there, by the haversine formula, and the hours in between.
CREATE VIEW with_distance AS
SELECT *,
  12742 * ASIN(SQRT(
    POWER(SIN(RADIANS(lat - previous_lat) / 2), 2) +
    COS(RADIANS(lat)) * COS(RADIANS(previous_lat)) *
    POWER(SIN(RADIANS(lon - previous_lon) / 2), 2))) AS km,
  ABS(TIMESTAMPDIFF(SECOND, previous_ts, ts)) / 3600e0 AS hours
FROM with_previous;

CREATE VIEW with_speed AS
SELECT *, km / (hours + 5e-2) AS km_per_hour FROM with_distance;

-- What is usual for the card?
CREATE VIEW with_habits AS
SELECT *,
  COUNT(*) OVER w AS card_payments,
  AVG(amount) OVER w AS card_mean
FROM with_speed
WINDOW w AS (PARTITION BY card ORDER BY ts RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW);

-- What has it done in the last ten minutes, hour and day?
CREATE VIEW with_minutes AS
SELECT *,
  COUNT(*) OVER w AS card_10m,
  COUNT(CASE WHEN amount < 4 THEN 1 END) OVER w AS card_10m_tiny
FROM with_habits
WINDOW w AS (PARTITION BY card ORDER BY ts
             RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW);

CREATE VIEW with_hour AS
SELECT *,
  SUM(amount) OVER w AS card_hour_spent,
  MAX(km_per_hour) OVER w AS card_hour_speed
FROM with_minutes
WINDOW w AS (PARTITION BY card ORDER BY ts
             RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW);

CREATE VIEW with_day AS
SELECT *,
  COUNT(*) OVER w AS card_day,
  COUNT(DISTINCT device) OVER w AS card_day_devices,
  COUNT(DISTINCT merchant) OVER w AS card_day_merchants,
  MAX(amount) OVER w AS card_day_max
FROM with_hour
WINDOW w AS (PARTITION BY card ORDER BY ts
             RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW);

-- How often has the card used this device, and how many cards has the device used?
CREATE VIEW with_pair AS
SELECT *, COUNT(*) OVER w AS card_device_uses
FROM with_day
WINDOW w AS (PARTITION BY card, device ORDER BY ts
             RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW);

CREATE VIEW with_device AS
SELECT *, COUNT(DISTINCT card) OVER w AS device_hour_cards
FROM with_pair
WINDOW w AS (PARTITION BY device ORDER BY ts
             RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW);

-- What is going on at the merchant?
CREATE VIEW with_merchant AS
SELECT *,
  COUNT(*) OVER w AS merchant_hour,
  COUNT(DISTINCT card) OVER w AS merchant_hour_cards,
  AVG(amount) OVER w AS merchant_hour_mean,
  STDDEV_POP(amount) OVER w AS merchant_hour_spread
FROM with_device
WINDOW w AS (PARTITION BY merchant ORDER BY ts
             RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW);

CREATE VIEW features AS
SELECT id, ts, card, merchant, category, device, amount, request_id,
  CAST(EXTRACT(HOUR FROM ts) AS DOUBLE) AS hour_of_day,
  CASE WHEN channel = 'online' THEN 1e0 ELSE 0e0 END AS is_online,
  CASE WHEN category IN ('electronics', 'gift_cards', 'travel') THEN 1e0 ELSE 0e0 END AS resale,
  CAST(card_payments AS DOUBLE) AS card_payments,
  amount / card_mean AS amount_to_mean,
  km,
  km_per_hour,
  CAST(card_10m AS DOUBLE) AS card_10m,
  CAST(card_10m_tiny AS DOUBLE) AS card_10m_tiny,
  card_hour_spent / card_mean AS spent_hour_to_mean,
  card_hour_speed,
  CAST(card_day AS DOUBLE) AS card_day,
  CAST(card_day_devices AS DOUBLE) AS card_day_devices,
  CAST(card_day_merchants AS DOUBLE) AS card_day_merchants,
  amount / card_day_max AS amount_to_day_max,
  CAST(card_device_uses AS DOUBLE) AS card_device_uses,
  CAST(device_hour_cards AS DOUBLE) AS device_hour_cards,
  CAST(merchant_hour AS DOUBLE) AS merchant_hour,
  CAST(merchant_hour_cards AS DOUBLE) AS merchant_hour_cards,
  amount / merchant_hour_mean AS amount_to_merchant,
  -- NULL when rounding makes the sum of squares negative, as in Flink
  COALESCE(merchant_hour_spread, 0e0) / merchant_hour_mean AS merchant_spread
FROM with_merchant;
-- Made by train.sh, described in MODEL.md. `score` is the probability of the second class.
CREATE MODEL fraud_model
INPUT (
  amount DOUBLE, hour_of_day DOUBLE, is_online DOUBLE, resale DOUBLE, card_payments DOUBLE,
  amount_to_mean DOUBLE, km DOUBLE, km_per_hour DOUBLE, card_10m DOUBLE, card_10m_tiny DOUBLE,
  spent_hour_to_mean DOUBLE, card_hour_speed DOUBLE, card_day DOUBLE, card_day_devices DOUBLE,
  card_day_merchants DOUBLE, amount_to_day_max DOUBLE, card_device_uses DOUBLE,
  device_hour_cards DOUBLE, merchant_hour DOUBLE, merchant_hour_cards DOUBLE,
  amount_to_merchant DOUBLE, merchant_spread DOUBLE
)
OUTPUT (score DOUBLE)
WITH (
  'provider' = 'onnx',
  'path' = 'model.onnx',
  'outputs' = 'score:probabilities[1]'
);

CREATE VIEW scored AS
SELECT id, ts, card, merchant, category, amount, request_id, score,
  CASE WHEN score >= 0.75 THEN 'block' WHEN score >= 0.30 THEN 'review' ELSE 'accept' END
    AS decision
FROM ML_PREDICT(TABLE features, MODEL fraud_model, DESCRIPTOR(
  amount, hour_of_day, is_online, resale, card_payments, amount_to_mean, km, km_per_hour,
  card_10m, card_10m_tiny, spent_hour_to_mean, card_hour_speed, card_day, card_day_devices,
  card_day_merchants, amount_to_day_max, card_device_uses, device_hour_cards, merchant_hour,
  merchant_hour_cards, amount_to_merchant, merchant_spread));

-- Route 1: whoever blocks cards reads this topic.
CREATE TABLE alerts (
  id BIGINT, card STRING, merchant STRING, amount DOUBLE, score DOUBLE
) WITH (
  'connector' = 'kafka',
  'topic' = 'alerts',
  'properties.bootstrap.servers' = '${env:KAFKA}',
  'key.format' = 'raw',
  'key.fields' = 'card',
  'value.format' = 'json'
);

-- Route 2: every decision.
CREATE TABLE decisions (
  id BIGINT, ts TIMESTAMP(3), card STRING, merchant STRING, amount DOUBLE, score DOUBLE,
  decision STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'decisions',
  'properties.bootstrap.servers' = '${env:KAFKA}',
  'format' = 'json'
);

-- Route 3: the answer to the switch that waits.
CREATE TABLE answers (
  id BIGINT, decision STRING, score DOUBLE, request_id STRING METADATA FROM 'request-id'
) WITH ('connector' = 'reply', 'format' = 'json');

EXECUTE STATEMENT SET BEGIN
INSERT INTO alerts
  SELECT id, card, merchant, amount, score FROM scored WHERE decision = 'block';
INSERT INTO decisions
  SELECT id, ts, card, merchant, amount, score, decision FROM scored;
INSERT INTO answers
  SELECT id, decision, score, request_id FROM scored WHERE request_id IS NOT NULL;
END;
