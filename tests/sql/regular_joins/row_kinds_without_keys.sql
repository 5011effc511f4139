-- modes: one
-- note: one row at a time and paced, so that both sides see rows in one known order
SET 'execution.buffer-timeout.interval' = '0 ms';
CREATE TABLE ticks (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1', 'fields.n.kind' = 'sequence',
  'fields.n.start' = '0', 'fields.n.end' = '15');
CREATE VIEW events AS SELECT SPLIT_INDEX(e, ',', 0) AS side, SPLIT_INDEX(e, ',', 1) AS k, SPLIT_INDEX(e, ',', 2) AS v
FROM (SELECT SPLIT_INDEX('L,a,l1|L,b,l2|R,a,r1|L,a,l3|R,c,r2|R,a,r4|L,c,l4|L,b,x|R,b,r5|R,a,x|L,b,l5|R,c,r6|L,a,x|R,a,r7|L,a,l6|R,b,x', '|', n) AS e FROM ticks);
CREATE VIEW lefts AS SELECT k, v FROM (SELECT k, LAST_VALUE(v) AS v FROM events WHERE side = 'L' GROUP BY k) WHERE v <> 'x';
CREATE VIEW rights AS SELECT k, v FROM (SELECT k, LAST_VALUE(v) AS v FROM events WHERE side = 'R' GROUP BY k) WHERE v <> 'x';
CREATE TABLE s_inner (k STRING, l STRING, r STRING) WITH ('connector' = 'print', 'print-identifier' = 'inner');
CREATE TABLE s_left (k STRING, l STRING, r STRING) WITH ('connector' = 'print', 'print-identifier' = 'left');
CREATE TABLE s_right (k STRING, l STRING, r STRING) WITH ('connector' = 'print', 'print-identifier' = 'right');
CREATE TABLE s_full (k STRING, l STRING, r STRING) WITH ('connector' = 'print', 'print-identifier' = 'full');
EXECUTE STATEMENT SET BEGIN
INSERT INTO s_inner SELECT COALESCE(l.k, r.k), l.v, r.v FROM lefts l JOIN rights r ON CHAR_LENGTH(l.v) = CHAR_LENGTH(r.v) AND l.k <= r.k;
INSERT INTO s_left SELECT COALESCE(l.k, r.k), l.v, r.v FROM lefts l LEFT JOIN rights r ON CHAR_LENGTH(l.v) = CHAR_LENGTH(r.v) AND l.k <= r.k;
INSERT INTO s_right SELECT COALESCE(l.k, r.k), l.v, r.v FROM lefts l RIGHT JOIN rights r ON CHAR_LENGTH(l.v) = CHAR_LENGTH(r.v) AND l.k <= r.k;
INSERT INTO s_full SELECT COALESCE(l.k, r.k), l.v, r.v FROM lefts l FULL JOIN rights r ON CHAR_LENGTH(l.v) = CHAR_LENGTH(r.v) AND l.k <= r.k;
END;
