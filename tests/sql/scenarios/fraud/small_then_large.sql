-- note: a small payment followed within 30 seconds by one over 500, whatever comes between
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT * FROM payments MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES S.id AS small_id, L.id AS large_id, S.amount AS small, L.amount AS large_, COUNT(B.id) AS between_, TIMESTAMPDIFF(SECOND, S.ts, L.ts) AS secs,
    LAST(B.merchant) AS last_merchant, COALESCE(SUM(B.amount), 0) + L.amount AS total
  ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW
  PATTERN (S B*? L) WITHIN INTERVAL '30' SECOND
  DEFINE S AS S.amount < 1, B AS B.amount BETWEEN 0 AND 500, L AS L.amount > 500 AND L.amount > S.amount * 100);
SELECT card, n, first_id, last_id FROM payments MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES COUNT(A.id) AS n, FIRST(A.id) AS first_id, LAST(A.id) AS last_id, AVG(A.amount) AS mean
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (A{2,3} Z) WITHIN INTERVAL '40' SECOND
  DEFINE A AS A.merchant = FIRST(A.merchant, 0) OR A.country IS NULL);
