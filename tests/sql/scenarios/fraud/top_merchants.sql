-- order: net
CREATE TABLE payments (id BIGINT, card STRING, merchant STRING, country STRING, amount DECIMAL(12, 2), currency STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/payments.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT country, merchant, total, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY country ORDER BY total DESC, merchant) AS rn FROM (
    SELECT country, merchant, SUM(amount) AS total FROM payments GROUP BY country, merchant)) WHERE rn <= 2;
SELECT * FROM (SELECT window_start, window_end, merchant, total, RANK() OVER (PARTITION BY window_start, window_end ORDER BY total DESC) AS r FROM (
  SELECT window_start, window_end, merchant, SUM(amount) AS total FROM TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end, merchant)) WHERE r <= 2;
SELECT window_start, id, amount FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY amount DESC, id) AS rn FROM HOP(TABLE payments, DESCRIPTOR(ts), INTERVAL '30' SECOND, INTERVAL '1' MINUTE)) WHERE rn <= 2;
SELECT merchant, COUNT(*) AS times_first FROM (
  SELECT window_start, window_end, merchant, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY total DESC, merchant) AS rn FROM (
    SELECT window_start, window_end, merchant, SUM(amount) AS total FROM TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '30' SECOND) GROUP BY window_start, window_end, merchant)) WHERE rn = 1 GROUP BY merchant;
