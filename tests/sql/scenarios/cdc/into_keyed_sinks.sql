CREATE TABLE customers (id INT, name STRING, city STRING, credit DECIMAL(8, 2), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/customers.json', 'format' = 'debezium-json');
CREATE TABLE by_id (id INT, line STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'print', 'print-identifier' = 'id');
CREATE TABLE by_city (city STRING, n BIGINT, PRIMARY KEY (city) NOT ENFORCED) WITH ('connector' = 'print', 'print-identifier' = 'city');
CREATE TABLE all_ (line STRING) WITH ('connector' = 'print');
EXECUTE STATEMENT SET BEGIN
INSERT INTO by_id SELECT id, name || '@' || COALESCE(city, '') FROM customers;
INSERT INTO by_city SELECT COALESCE(city, 'none'), COUNT(*) FROM customers GROUP BY COALESCE(city, 'none');
END;
INSERT INTO all_ SELECT CONCAT_WS(',', name, city) FROM customers;
INSERT INTO by_id SELECT id, city FROM customers WHERE city <> 'Bonn';
