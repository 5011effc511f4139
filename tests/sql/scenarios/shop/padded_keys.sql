-- note: CHAR, VARCHAR and STRING of the same letters meet in joins, groups and sets
-- order: net
CREATE TABLE items (order_id INT, sku CHAR(1), quantity INT, price DECIMAL(8, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/items.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE products (sku CHAR(1), name VARCHAR(10), kind STRING, vat DECIMAL(4, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/products.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT i.sku, p.name FROM items i JOIN products p ON CAST(i.sku AS STRING) = CAST(p.sku AS VARCHAR(3)) WHERE i.order_id < 4;
SELECT sku FROM items UNION SELECT name FROM products;
SELECT CAST(sku AS CHAR(3)) || '|' AS k, COUNT(*) AS n FROM items GROUP BY CAST(sku AS CHAR(3));
SELECT sku || name AS both_, CHAR_LENGTH(CAST(sku AS CHAR(4))) AS n FROM products;
