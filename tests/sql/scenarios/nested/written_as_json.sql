CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
CREATE TABLE out_ (id INT, city STRING, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, pair ROW<a ARRAY<ARRAY<INT>>, b STRING>) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'json');
INSERT INTO out_ SELECT id, who.addr.city, lines, m, ROW(scores, who.name) FROM docs WHERE id <> 4;
CREATE TABLE csv_ (id INT, zip ARRAY<STRING>, r ROW<a INT, b STRING>) WITH ('connector' = 'filesystem', 'path' = '${OUT}/c', 'format' = 'csv', 'csv.null-literal' = 'N');
INSERT INTO csv_ SELECT id, who.addr.zip, m['k1'] FROM docs;
