-- Subqueries in FROM become one Calc; an expression used twice is computed once.
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, amount DOUBLE, note STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
SELECT a + 1, b, b FROM (SELECT amount AS a, UPPER(card) AS b FROM (SELECT * FROM payments WHERE id > 3) WHERE amount < 5);
