CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
SELECT id, name, credit FROM customers ORDER BY credit DESC, id LIMIT 2;
SELECT * FROM (SELECT city, id, credit, ROW_NUMBER() OVER (PARTITION BY city ORDER BY credit, id DESC) AS n FROM customers) WHERE n = 1;
SELECT * FROM (SELECT city, name, credit, RANK() OVER (PARTITION BY city ORDER BY credit DESC NULLS LAST) AS r FROM customers) WHERE r <= 2;
SELECT city FROM (SELECT city, id, ROW_NUMBER() OVER (PARTITION BY city ORDER BY id) AS n FROM customers) WHERE n BETWEEN 2 AND 3;
