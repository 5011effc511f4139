-- note: a condition beside keys and times decides who has a partner; what WHERE says is said of the result
CREATE TABLE orders (id INT, who STRING, price DECIMAL(8, 2), ot TIMESTAMP(3), WATERMARK FOR ot AS ot - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE ships (sid INT, id INT, st TIMESTAMP(3), WATERMARK FOR st AS st - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/ships.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT o.id, s.sid FROM orders o LEFT JOIN ships s ON o.id = s.id AND s.st BETWEEN o.ot AND o.ot + INTERVAL '10' SECOND AND o.price > 6;
SELECT o.id, s.sid FROM orders o LEFT JOIN ships s ON o.id = s.id AND s.st BETWEEN o.ot - INTERVAL '5' SECOND AND o.ot + INTERVAL '5' SECOND WHERE s.sid IS NULL;
SELECT o.id, s.sid, COALESCE(s.sid, -1) FROM orders o FULL JOIN ships s ON o.id = s.id AND s.sid > 101 AND s.st BETWEEN o.ot AND o.ot + INTERVAL '1' MINUTE;
