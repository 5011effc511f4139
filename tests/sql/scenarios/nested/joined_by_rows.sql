-- order: net
CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT a.id, b.id FROM docs a JOIN docs b ON a.who = b.who AND a.id < b.id;
SELECT a.id, b.id FROM docs a JOIN docs b ON a.who.addr.zip = b.who.addr.zip WHERE a.id <> b.id;
SELECT who.addr.city FROM docs INTERSECT SELECT 'Oslo' FROM docs;
