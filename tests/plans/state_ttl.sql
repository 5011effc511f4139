-- The hint stands above the setting, for the query that has it.
SET 'table.exec.state.ttl' = '2 h';
CREATE TABLE payments (id BIGINT, card STRING) WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
CREATE TABLE limits (card STRING, high DOUBLE, PRIMARY KEY (card) NOT ENFORCED)
  WITH ('connector' = 'upsert-kafka', 'topic' = 'limits', 'properties.bootstrap.servers' = 'k:9092', 'key.format' = 'raw', 'value.format' = 'json');
SELECT /*+ STATE_TTL('p' = '1 d') */ card, COUNT(*) FROM (SELECT DISTINCT id, card FROM payments) AS p GROUP BY card
UNION ALL SELECT card, CAST(high AS BIGINT) FROM limits;
