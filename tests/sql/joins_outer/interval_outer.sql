-- note: rows without a partner of a LEFT, RIGHT and FULL interval join, NULL keys and late rows among them
CREATE TABLE orders (id INT, who STRING, price DECIMAL(8, 2), ot TIMESTAMP(3), WATERMARK FOR ot AS ot - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE ships (sid INT, id INT, st TIMESTAMP(3), WATERMARK FOR st AS st - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/ships.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT o.id, s.sid, o.who FROM orders o LEFT JOIN ships s ON o.id = s.id AND s.st BETWEEN o.ot AND o.ot + INTERVAL '10' SECOND;
SELECT o.id, s.sid, s.id FROM orders o RIGHT JOIN ships s ON o.id = s.id AND s.st BETWEEN o.ot AND o.ot + INTERVAL '10' SECOND;
SELECT o.id, s.sid, s.id FROM orders o FULL OUTER JOIN ships s ON o.id = s.id AND s.st BETWEEN o.ot AND o.ot + INTERVAL '10' SECOND;
SELECT a.id, b.id, a.who FROM orders a LEFT JOIN orders b ON a.who = b.who AND b.ot > a.ot AND b.ot <= a.ot + INTERVAL '4' SECOND;
