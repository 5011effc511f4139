-- order: net
CREATE TABLE people (id INT, name STRING, mail STRING, phone STRING, tags STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/people.csv', 'format' = 'csv', 'csv.field-delimiter' = '|', 'csv.disable-quote-character' = 'true', 'csv.null-literal' = 'N', 'csv.ignore-parse-errors' = 'true');
SELECT LOWER(TRIM(mail)) AS m, COUNT(*) AS n FROM people WHERE mail LIKE '%@%' GROUP BY LOWER(TRIM(mail));
SELECT a.id, b.id FROM people a JOIN people b ON LOWER(SPLIT_INDEX(a.mail, '@', 1)) = LOWER(SPLIT_INDEX(b.mail, '@', 1)) AND a.id < b.id;
SELECT id FROM people WHERE LOWER(SPLIT_INDEX(mail, '@', 1)) NOT IN (SELECT LOWER(SPLIT_INDEX(mail, '@', 1)) FROM people WHERE id < 3 AND mail IS NOT NULL);
