-- modes: straight
-- note: the same changes twice; with the setting the source is made right by its key
SET 'table.exec.source.cdc-events-duplicate' = 'true';
CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
SELECT * FROM customers;
SELECT city, COUNT(*) FROM customers GROUP BY city;
SELECT COUNT(*), COUNT(city) FROM customers;
