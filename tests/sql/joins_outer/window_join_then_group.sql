-- note: the windows of either side may be grouped by; a side that may be missing cannot
CREATE TABLE orders (id INT, who STRING, price DECIMAL(8, 2), ot TIMESTAMP(3), WATERMARK FOR ot AS ot - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE ships (sid INT, id INT, st TIMESTAMP(3), WATERMARK FOR st AS st - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/ships.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW a AS SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ot), INTERVAL '10' SECOND));
CREATE VIEW b AS SELECT * FROM TABLE(TUMBLE(TABLE ships, DESCRIPTOR(st), INTERVAL '10' SECOND));
SELECT b.window_start, COUNT(*) FROM a JOIN b ON a.window_start = b.window_start AND a.window_end = b.window_end GROUP BY b.window_start, b.window_end;
SELECT a.window_start, COUNT(*), SUM(price) FROM a JOIN b ON a.window_start = b.window_start AND a.window_end = b.window_end GROUP BY a.window_start, b.window_end;
SELECT a.window_start, COUNT(*), COUNT(b.sid) FROM a LEFT JOIN b ON a.id = b.id AND a.window_start = b.window_start AND a.window_end = b.window_end GROUP BY a.window_start, a.window_end;
SELECT b.window_start, COUNT(*), COUNT(a.id) FROM a RIGHT JOIN b ON a.id = b.id AND a.window_start = b.window_start AND a.window_end = b.window_end GROUP BY b.window_start, b.window_end;
