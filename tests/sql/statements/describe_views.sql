-- note: names of columns without an alias, and time attributes that a view hands on
CREATE TABLE ticks (id INT, ts TIMESTAMP(3), pt AS PROCTIME(), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '1');
CREATE VIEW moments AS SELECT current_date, LOCALTIMESTAMP, (CURRENT_DATE), NOW(), id, id + 1, CAST(id AS BIGINT) FROM ticks;
DESCRIBE moments;
CREATE VIEW clocks AS SELECT PROCTIME() AS p, id FROM ticks;
DESCRIBE clocks;
CREATE VIEW later AS SELECT p, p AS q, id * 2 AS twice FROM clocks;
DESCRIBE later;
CREATE VIEW all_of_it AS SELECT * FROM ticks;
DESCRIBE all_of_it;
CREATE VIEW windows AS SELECT window_start, window_time, COUNT(*) AS c
FROM TUMBLE(TABLE ticks, DESCRIPTOR(ts), INTERVAL '1' DAY) GROUP BY window_start, window_end, window_time;
DESCRIBE windows;
CREATE VIEW windows_by_clock AS SELECT TUMBLE_START(pt, INTERVAL '1' DAY) AS s, TUMBLE_PROCTIME(pt, INTERVAL '1' DAY) AS p
FROM ticks GROUP BY TUMBLE(pt, INTERVAL '1' DAY);
DESCRIBE windows_by_clock;
