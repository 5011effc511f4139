CREATE TABLE docs (id INT, who ROW<name STRING, addr ROW<city STRING, zip ARRAY<STRING>>>, lines ARRAY<ROW<sku STRING, q INT, opt MAP<STRING, STRING>>>, m MAP<STRING, ROW<x INT, y STRING>>, scores ARRAY<ARRAY<INT>>)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/docs.json', 'format' = 'json');
SELECT JSON_OBJECT('who' VALUE JSON_OBJECT('name' VALUE who.name, 'city' VALUE who.addr.city ABSENT ON NULL), 'zip' VALUE who.addr.zip) FROM docs;
SELECT JSON_STRING(who), JSON_STRING(scores), JSON_STRING(lines) FROM docs WHERE id <> 4;
SELECT CAST(who AS STRING), CAST(lines AS STRING), CAST(scores AS STRING) FROM docs;
