-- order: net
CREATE TABLE items (order_id INT, sku CHAR(1), quantity INT, price DECIMAL(8, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/items.csv', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE products (sku CHAR(1), name VARCHAR(10), kind STRING, vat DECIMAL(4, 2)) WITH ('connector' = 'filesystem', 'path' = '${DATA}/products.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT kind, name, sold FROM (SELECT kind, name, sold, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY sold DESC, name) AS n FROM (
 SELECT p.kind, p.name, SUM(i.quantity) AS sold FROM items i JOIN products p ON p.sku = i.sku GROUP BY p.kind, p.name)) WHERE n = 1;
SELECT kind, COUNT(*) AS n FROM (SELECT DISTINCT p.kind, p.sku FROM products p JOIN items i ON i.sku = p.sku) GROUP BY kind;
SELECT MAX(sold) AS most, MIN(sold) AS least, COUNT(*) AS kinds FROM (SELECT p.kind, SUM(i.quantity) AS sold FROM items i RIGHT JOIN products p ON p.sku = i.sku GROUP BY p.kind);
SELECT p.kind, s.sold, s.sold * 100.0 / t.sold AS share FROM (SELECT p.kind, SUM(i.quantity) AS sold FROM items i JOIN products p ON p.sku = i.sku GROUP BY p.kind) s JOIN (SELECT DISTINCT kind FROM products) p ON p.kind = s.kind CROSS JOIN (SELECT SUM(quantity) AS sold FROM items) t;
