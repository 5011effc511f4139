-- note: a key given twice in SET takes the last value; RESET must name a key
CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1', 'fields.a.min' = '7', 'fields.a.max' = '7');
ALTER TABLE t SET ('fields.a.max' = '9', 'fields.a.max' = '8', 'fields.a.min' = '8', 'number-of-rows' = '3', 'number-of-rows' = '2');
ALTER TABLE t RESET ();
SELECT a FROM t;
ALTER TABLE t SET ();
ALTER TABLE t RESET ('rows-per-second', 'rows-per-second');
ALTER TABLE t RESET ('connector');
SELECT a FROM t;
