-- note: rows of a database as versions, asked at the times of a stream
CREATE TABLE prices (item STRING, price INT, since TIMESTAMP(3), PRIMARY KEY (item) NOT ENFORCED, WATERMARK FOR since AS since - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/prices.json', 'format' = 'debezium-json');
CREATE TABLE sold (id INT, item STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR) WITH ('connector' = 'filesystem', 'path' = '${DATA}/sold.csv', 'format' = 'csv');
SELECT s.id, p.price FROM sold s LEFT JOIN prices FOR SYSTEM_TIME AS OF s.ts AS p ON s.item = p.item;
SELECT s.id, p.price FROM sold s JOIN prices FOR SYSTEM_TIME AS OF s.ts AS p ON s.item = p.item AND p.price > 10;
