-- The table is read once, with the columns of both; each takes its own.
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, note STRING)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
CREATE TABLE cards (card STRING) WITH ('connector' = 'print');
CREATE TABLE amounts (id BIGINT, amount DOUBLE) WITH ('connector' = 'print');
CREATE TABLE wide (id BIGINT, card STRING, amount DOUBLE) WITH ('connector' = 'blackhole');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO cards SELECT card FROM payments;
  INSERT INTO amounts SELECT id, amount FROM payments WHERE amount > 100;
  INSERT INTO wide SELECT id, card, amount FROM payments;
END;
