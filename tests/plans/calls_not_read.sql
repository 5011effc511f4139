CREATE TABLE orders (id INT, customer STRING, price DECIMAL(10, 2), note STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = 'orders.csv', 'format' = 'csv');
CREATE VIEW totals AS SELECT customer, COUNT(*) AS n, SUM(price) AS total, LISTAGG(UPPER(note)) AS notes FROM orders GROUP BY customer;
CREATE VIEW minutes AS SELECT window_end, customer, MAX(price) AS most, COUNT(DISTINCT note) AS notes FROM TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end, customer;
SELECT customer, total FROM totals WHERE n > 3;
SELECT COUNT(*) FROM totals;
SELECT customer, most FROM minutes;
