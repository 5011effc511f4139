-- One scan and one view feed both sinks.
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DOUBLE, note STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
CREATE TABLE big (id BIGINT, twice DOUBLE) WITH ('connector' = 'print');
CREATE TABLE everything (id BIGINT, twice DOUBLE) WITH ('connector' = 'blackhole');
CREATE VIEW doubled AS SELECT id, amount * 2 AS twice FROM payments;
EXECUTE STATEMENT SET BEGIN
  INSERT INTO big SELECT * FROM doubled WHERE twice > 100;
  INSERT INTO everything SELECT * FROM doubled;
END;
