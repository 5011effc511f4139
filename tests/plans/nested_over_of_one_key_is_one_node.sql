-- Three OVER windows of one key with a projection in between are one node; the one behind a filter is another.
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
CREATE VIEW previous AS
SELECT *, FIRST_VALUE(amount) OVER (PARTITION BY card ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS before
FROM payments;
CREATE VIEW steps AS SELECT *, amount - before AS step, amount * 2 AS twice FROM previous;
CREATE VIEW habits AS
SELECT *, AVG(amount) OVER (PARTITION BY card ORDER BY ts) AS mean FROM steps;
CREATE VIEW hours AS
SELECT *, MAX(step) OVER (PARTITION BY card ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) AS top
FROM habits;
SELECT id, twice, mean, top, COUNT(*) OVER (PARTITION BY card ORDER BY ts) FROM hours WHERE top > 1;
