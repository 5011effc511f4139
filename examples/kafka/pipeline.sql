-- Payments from one topic: large ones go to another as they come, keyed by card, and a compacted
-- topic holds what each card has spent so far.
CREATE TABLE payments (
  id BIGINT,
  card STRING,
  amount DOUBLE
) WITH (
  'connector' = 'kafka',
  'topic' = 'payments',
  'properties.bootstrap.servers' = '${env:BROKERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TABLE alerts (
  card STRING,
  id BIGINT,
  amount DOUBLE
) WITH (
  'connector' = 'kafka',
  'topic' = 'alerts',
  'properties.bootstrap.servers' = '${env:BROKERS}',
  'key.format' = 'raw',
  'key.fields' = 'card',
  'value.format' = 'json'
);

CREATE TABLE spent (
  card STRING,
  payments BIGINT,
  total DOUBLE,
  PRIMARY KEY (card) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'spent',
  'properties.bootstrap.servers' = '${env:BROKERS}',
  'key.format' = 'raw',
  'value.format' = 'json'
);

EXECUTE STATEMENT SET BEGIN
  INSERT INTO alerts SELECT card, id, amount FROM payments WHERE amount >= 500;
  INSERT INTO spent SELECT card, COUNT(*), SUM(amount) FROM payments GROUP BY card;
END;
