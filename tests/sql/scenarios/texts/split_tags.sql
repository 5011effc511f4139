CREATE TABLE people (id INT, name STRING, mail STRING, phone STRING, tags STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/people.csv', 'format' = 'csv', 'csv.field-delimiter' = '|', 'csv.disable-quote-character' = 'true', 'csv.null-literal' = 'N', 'csv.ignore-parse-errors' = 'true');
SELECT id, tag FROM people CROSS JOIN UNNEST(SPLIT(tags, ',')) AS t (tag);
SELECT tag, COUNT(*) AS n, LISTAGG(CAST(id AS STRING), '+') AS ids FROM people CROSS JOIN UNNEST(SPLIT(REPLACE(tags, ';', ','), ',')) AS t (tag) WHERE tag <> '' GROUP BY tag;
SELECT id, SPLIT(tags, ''), CARDINALITY(SPLIT(tags, ',')), ARRAY_JOIN(ARRAY_SORT(SPLIT(tags, ',')), '|', '?') FROM people;
SELECT id, STR_TO_MAP(tags, ',', ';') FROM people WHERE id IN (1, 6);
