-- note: rows that go out alone reach the aggregations behind the join; none of them is late there
CREATE TABLE orders (id INT, who STRING, price DECIMAL(8, 2), ot TIMESTAMP(3), WATERMARK FOR ot AS ot - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE ships (sid INT, id INT, st TIMESTAMP(3), WATERMARK FOR st AS st - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/ships.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE VIEW shipped AS SELECT o.id, o.who, o.ot, s.sid FROM orders o LEFT JOIN ships s ON o.id = s.id AND s.st BETWEEN o.ot AND o.ot + INTERVAL '10' SECOND;
SELECT window_start, COUNT(*), COUNT(sid) FROM TABLE(TUMBLE(TABLE shipped, DESCRIPTOR(ot), INTERVAL '5' SECOND)) GROUP BY window_start, window_end;
