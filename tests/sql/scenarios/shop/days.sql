CREATE TABLE orders (id INT, customer INT, day_ DATE, region STRING, state STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT day_, COUNT(*) AS n, LISTAGG(state, '/') AS s FROM orders GROUP BY day_;
SELECT EXTRACT(DAY FROM day_) AS d, DAYOFWEEK(day_) AS w, day_ + INTERVAL '1' MONTH AS due, DATE_FORMAT(CAST(day_ AS TIMESTAMP(3)), 'EEE dd MMM yyyy') AS text FROM orders;
SELECT id, day_ - INTERVAL '1' DAY AS y, TIMESTAMPDIFF(DAY, DATE '2024-01-01', day_) AS n, CEIL(day_ TO MONTH) AS c, FLOOR(day_ TO MONTH) AS f FROM orders WHERE day_ > DATE '2024-02-01';
SELECT FLOOR(day_ TO WEEK) AS week_, COUNT(DISTINCT customer) AS c, MIN(day_) AS d0, MAX(day_) AS d1 FROM orders GROUP BY FLOOR(day_ TO WEEK);
