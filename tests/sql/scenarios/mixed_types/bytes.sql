CREATE TABLE raw_ (b BYTES) WITH ('connector' = 'filesystem', 'path' = '${DATA}/rows.csv', 'format' = 'raw');
SELECT OCTET_LENGTH_, DECODE(b, 'UTF-8') FROM (SELECT b, CHAR_LENGTH(HEX(CAST(b AS STRING))) / 2 AS OCTET_LENGTH_ FROM raw_);
SELECT X'414243', CAST(X'414243' AS STRING), ENCODE('é', 'UTF-8'), X'41' || X'42', X'00' < X'01', CAST('AB' AS BINARY(3)), TO_BASE64(X'FF00' ) IS NULL;
SELECT b = CAST('3,,,,,,,,,,,' AS BYTES) AS m, COUNT(*) FROM raw_ GROUP BY b = CAST('3,,,,,,,,,,,' AS BYTES);
