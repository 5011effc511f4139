-- What is kept back by the wall clock counts beside windows: batches, buffers and files.
SET 'millrace.source.batch-delay' = '20 ms';
SET 'execution.checkpointing.interval' = '500 ms';
CREATE TABLE payments (card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
CREATE TABLE archive (card STRING, total DOUBLE) WITH ('connector' = 'filesystem',
  'path' = 'archive', 'format' = 'json', 'sink.rolling-policy.rollover-interval' = '10 min');
CREATE TABLE latest (card STRING, amount DOUBLE, PRIMARY KEY (card) NOT ENFORCED) WITH (
  'connector' = 'upsert-kafka', 'topic' = 'latest', 'properties.bootstrap.servers' = 'localhost:9092',
  'key.format' = 'json', 'value.format' = 'json', 'sink.buffer-flush.max-rows' = '100',
  'sink.buffer-flush.interval' = '10 s');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO archive SELECT card, SUM(amount) FROM TABLE(
    TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
    GROUP BY card, window_start, window_end;
  INSERT INTO latest SELECT card, amount FROM payments;
END;
