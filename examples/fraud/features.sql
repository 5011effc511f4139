-- The features of a payment, computed by millrace over a bounded run, to train the model on. The part
-- between the two marks is the same, word for word, in pipeline.sql: training and serving cannot differ.
--   millrace run features.sql          (in the directory that holds transactions.json)

SET 'pipeline.name' = 'fraud-features';

-- <features>
SET 'millrace.over.emit' = 'on-arrival';

CREATE TABLE transactions (
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
  'connector' = 'filesystem',
  'path' = 'transactions.json',
  'format' = 'json'
);

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
SELECT id, ts, card, merchant, category, device, amount,
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
-- </features>

CREATE TABLE training_data (
  id BIGINT,
  amount DOUBLE, hour_of_day DOUBLE, is_online DOUBLE, resale DOUBLE, card_payments DOUBLE,
  amount_to_mean DOUBLE, km DOUBLE, km_per_hour DOUBLE, card_10m DOUBLE, card_10m_tiny DOUBLE,
  spent_hour_to_mean DOUBLE, card_hour_speed DOUBLE, card_day DOUBLE, card_day_devices DOUBLE,
  card_day_merchants DOUBLE, amount_to_day_max DOUBLE, card_device_uses DOUBLE,
  device_hour_cards DOUBLE, merchant_hour DOUBLE, merchant_hour_cards DOUBLE,
  amount_to_merchant DOUBLE, merchant_spread DOUBLE
) WITH (
  'connector' = 'filesystem',
  'path' = 'features',
  'format' = 'csv'
);

INSERT INTO training_data
SELECT id,
  amount, hour_of_day, is_online, resale, card_payments, amount_to_mean, km, km_per_hour,
  card_10m, card_10m_tiny, spent_hour_to_mean, card_hour_speed, card_day, card_day_devices,
  card_day_merchants, amount_to_day_max, card_device_uses, device_hour_cards, merchant_hour,
  merchant_hour_cards, amount_to_merchant, merchant_spread
FROM features;
