-- note: LEFT, RIGHT and FULL window joins
CREATE TABLE orders (id INT, who STRING, price DECIMAL(8, 2), ot TIMESTAMP(3), WATERMARK FOR ot AS ot - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE ships (sid INT, id INT, st TIMESTAMP(3), WATERMARK FOR st AS st - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/ships.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW o AS SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ot), INTERVAL '10' SECOND));
CREATE VIEW s AS SELECT * FROM TABLE(TUMBLE(TABLE ships, DESCRIPTOR(st), INTERVAL '10' SECOND));
SELECT o.id, s.sid, o.window_start, s.window_start FROM o LEFT JOIN s ON o.id = s.id AND o.window_start = s.window_start AND o.window_end = s.window_end;
SELECT o.id, s.sid, o.window_start, s.window_start FROM o RIGHT JOIN s ON o.id = s.id AND o.window_start = s.window_start AND o.window_end = s.window_end;
SELECT o.id, s.sid, o.window_start, s.window_start FROM o FULL JOIN s ON o.id = s.id AND o.window_start = s.window_start AND o.window_end = s.window_end;
SELECT o.id, s.sid FROM o LEFT JOIN s ON o.window_start = s.window_start AND o.window_end = s.window_end AND o.id < s.id AND o.price > 6;
