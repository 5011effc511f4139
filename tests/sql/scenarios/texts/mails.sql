CREATE TABLE people (id INT, name STRING, mail STRING, phone STRING, tags STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/people.csv', 'format' = 'csv', 'csv.field-delimiter' = '|', 'csv.disable-quote-character' = 'true', 'csv.null-literal' = 'N', 'csv.ignore-parse-errors' = 'true');
SELECT id, LOWER(SPLIT_INDEX(mail, '@', 1)) AS domain, SPLIT_INDEX(mail, '@', 0) AS local_, SPLIT_INDEX(mail, '@', 2) AS none_, REGEXP_EXTRACT(mail, '^([^@+]+)(\+[^@]*)?@(.+)$', 3) AS d2, REGEXP_SUBSTR(mail, '[a-z]+$') AS tld, REGEXP_INSTR(mail, '@') AS at_ FROM people;
SELECT LOWER(SPLIT_INDEX(mail, '@', 1)) AS domain, COUNT(*) AS n FROM people GROUP BY LOWER(SPLIT_INDEX(mail, '@', 1));
SELECT id FROM people WHERE mail SIMILAR TO '[a-z.]+@[a-z.]+' OR mail LIKE '%\_%' ESCAPE '\';
SELECT id, REGEXP(mail, '.+@.+\..+') AS valid, mail LIKE '_@_' AS tiny, mail NOT LIKE '%.org' AS not_org, REGEXP_EXTRACT_ALL(mail, '(\w+)\.', 1) AS parts FROM people;
