CREATE TABLE sales (id INT, shop INT, item STRING, amount INT, note STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = '/tmp/sales', 'format' = 'json');
-- Only columns that are read; a number that nobody reads.
SELECT shop, item FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY shop ORDER BY amount DESC) AS rn FROM sales) WHERE rn <= 3;
SELECT shop, item, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY shop ORDER BY amount DESC, id) AS rn FROM sales) WHERE rn <= 3 AND amount > 10;
-- A number that is known is a constant; Top-1.
SELECT shop, item, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY shop ORDER BY amount) AS rn FROM sales) WHERE rn = 1;
-- Groups that only improve are found by their key, which is kept.
SELECT item, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY item ORDER BY n DESC) AS rn
  FROM (SELECT item, shop, COUNT(*) AS n FROM sales GROUP BY item, shop)) WHERE rn <= 2;
SELECT item, s FROM (SELECT item, SUM(amount) AS s FROM sales GROUP BY item) ORDER BY s DESC LIMIT 2 OFFSET 1;
SELECT item, s FROM (SELECT item, SUM(amount) AS s FROM sales WHERE amount >= 0 GROUP BY item) ORDER BY s DESC LIMIT 2;
-- Deduplication, and a window over it.
SELECT window_start, COUNT(*) FROM TUMBLE((SELECT * FROM sales QUALIFY ROW_NUMBER() OVER (PARTITION BY item ORDER BY ts) = 1),
  DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end;
SELECT id, note FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts DESC) AS rn FROM sales) WHERE rn = 1;
-- Of windows.
SELECT shop, amount FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, shop ORDER BY amount DESC) AS rn
  FROM TUMBLE(TABLE sales, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) WHERE rn <= 3;
SELECT item FROM sales ORDER BY ts, amount DESC;
SELECT item FROM sales LIMIT 10;
-- A filter on one side of a join.
SELECT a.item, b.amount FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY shop ORDER BY amount DESC) AS rn FROM sales) a
JOIN sales b ON a.shop = b.shop WHERE a.rn <= 2;
