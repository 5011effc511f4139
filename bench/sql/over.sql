-- OVER: sum and count of the last 10 s per key, 10,000 keys.
CREATE TABLE src (id BIGINT, k BIGINT, v DOUBLE, ts AS TO_TIMESTAMP_LTZ(id / 10, 3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen',
  'number-of-rows' = '3000000', 'rows-per-second' = '1000000000', 'fields.id.kind' = 'sequence',
  'fields.id.start' = '0', 'fields.id.end' = '2999999', 'fields.k.min' = '0', 'fields.k.max' = '9999');
CREATE TABLE snk (id BIGINT, n BIGINT, s DOUBLE) WITH ('connector' = 'blackhole');
INSERT INTO snk SELECT id, COUNT(*) OVER w, SUM(v) OVER w FROM src
WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW);
