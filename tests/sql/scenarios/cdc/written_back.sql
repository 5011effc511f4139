CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
CREATE TABLE out_ (id INT, name STRING, credit DECIMAL(8, 2)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/out', 'format' = 'debezium-json');
INSERT INTO out_ SELECT id, name, credit FROM customers WHERE id <> 4;
CREATE TABLE sums (city STRING, total DECIMAL(38, 2)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/sums', 'format' = 'debezium-json');
INSERT INTO sums SELECT city, SUM(credit) FROM customers GROUP BY city;
