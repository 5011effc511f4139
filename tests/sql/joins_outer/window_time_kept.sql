-- note: the event time that a window function was given is still event time behind it
CREATE TABLE orders (id INT, who STRING, price DECIMAL(8, 2), ot TIMESTAMP(3), WATERMARK FOR ot AS ot - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE ships (sid INT, id INT, st TIMESTAMP(3), WATERMARK FOR st AS st - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/ships.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, who, SUM(price) OVER (PARTITION BY who ORDER BY ot RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ot), INTERVAL '10' SECOND));
