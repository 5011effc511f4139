-- Filter and project.
CREATE TABLE src (id BIGINT, k BIGINT, v DOUBLE, ts AS TO_TIMESTAMP_LTZ(id / 10, 3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen',
  'number-of-rows' = '5000000', 'rows-per-second' = '1000000000', 'fields.id.kind' = 'sequence',
  'fields.id.start' = '0', 'fields.id.end' = '4999999', 'fields.k.min' = '0', 'fields.k.max' = '9999');
CREATE TABLE snk (id BIGINT, k BIGINT, v DOUBLE) WITH ('connector' = 'blackhole');
INSERT INTO snk SELECT id, k + 1, v * 2 FROM src WHERE k > 5000;
