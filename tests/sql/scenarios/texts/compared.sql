CREATE TABLE people (id INT, name STRING, mail STRING, phone STRING, tags STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/people.csv', 'format' = 'csv', 'csv.field-delimiter' = '|', 'csv.disable-quote-character' = 'true', 'csv.null-literal' = 'N', 'csv.ignore-parse-errors' = 'true');
SELECT a.id, b.id FROM people a JOIN people b ON a.name < b.name AND a.id < b.id AND CHAR_LENGTH(a.mail) = CHAR_LENGTH(b.mail);
SELECT MIN(name), MAX(name), MIN(mail), COUNT(DISTINCT LEFT(mail, 1)) FROM people;
SELECT id, name BETWEEN 'A' AND 'Z' AS az, name IN ('BOB', 'ann', '') AS in_, name IS DISTINCT FROM mail AS d, GREATEST(name, mail) AS g, LEAST(name, mail, phone) AS l FROM people;
SELECT id FROM people ORDER BY CHAR_LENGTH(name), id LIMIT 3;
