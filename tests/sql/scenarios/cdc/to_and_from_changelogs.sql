CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
SELECT * FROM TO_CHANGELOG(input => TABLE customers);
SELECT op, COUNT(*) AS n FROM TO_CHANGELOG(input => TABLE customers) GROUP BY op;
CREATE VIEW totals AS SELECT city, COUNT(*) AS n FROM customers GROUP BY city;
SELECT op, city, n FROM TO_CHANGELOG(input => TABLE totals PARTITION BY city) WHERE n > 1;
