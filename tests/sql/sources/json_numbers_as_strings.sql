-- order: exact
CREATE TABLE n (a STRING, b STRING, c STRING, d STRING, e STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}/numbers.json', 'format' = 'json');
SELECT * FROM n;
