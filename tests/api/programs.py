# SPDX-License-Identifier: Apache-2.0
"""Programs that the tests of this folder run."""

PRINT = """
CREATE TABLE payments (id BIGINT NOT NULL, card STRING, amount DOUBLE)
WITH ('connector' = 'http', 'format' = 'json');
CREATE TABLE shown (id BIGINT, card STRING, amount DOUBLE) WITH ('connector' = 'print');
INSERT INTO shown SELECT id, card, amount FROM payments;
"""

# Rows of more than 1000 are filtered; a division by zero goes to the dead letters. The deadline is
# far away: a slow machine answers late, too.
DECIDE = """
SET 'millrace.table.payments.decide.deadline' = '60 s';
CREATE TABLE payments (id BIGINT, amount DOUBLE, items BIGINT,
  request_id STRING METADATA FROM 'request-id')
WITH ('connector' = 'http', 'format' = 'json');
CREATE TABLE decisions (id BIGINT, action STRING, each_item BIGINT,
  request_id STRING METADATA FROM 'request-id')
WITH ('connector' = 'reply', 'format' = 'json');
INSERT INTO decisions
SELECT id, CASE WHEN amount > 100 THEN 'review' ELSE 'accept' END, 100 / items, request_id
FROM payments WHERE amount < 1000;
"""

FALLBACK = """
SET 'millrace.table.payments.decide.fallback' = '{"action": "review"}';
"""

# Answers come when the watermark passes a row, so never for the last one.
WINDOW = """
SET 'millrace.table.payments.decide.deadline' = '300 ms';
CREATE TABLE payments (id BIGINT, ts TIMESTAMP(3), request_id STRING METADATA FROM 'request-id',
  WATERMARK FOR ts AS ts - INTERVAL '10' SECOND)
WITH ('connector' = 'http', 'format' = 'json');
CREATE TABLE decisions (id BIGINT, n BIGINT, request_id STRING METADATA FROM 'request-id')
WITH ('connector' = 'reply', 'format' = 'json');
INSERT INTO decisions SELECT id, COUNT(*) OVER (ORDER BY ts), request_id FROM payments;
"""
