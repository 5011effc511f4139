-- modes: one
-- note: one row at a time and paced, so that both sides see rows in one known order
SET 'execution.buffer-timeout.interval' = '0 ms';
CREATE TABLE ticks (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1', 'fields.n.kind' = 'sequence',
  'fields.n.start' = '0', 'fields.n.end' = '15');
CREATE VIEW events AS SELECT SPLIT_INDEX(e, ',', 0) AS side, SPLIT_INDEX(e, ',', 1) AS k, SPLIT_INDEX(e, ',', 2) AS v
FROM (SELECT SPLIT_INDEX('L,a,l1|L,b,l2|R,a,r1|L,a,l3|R,c,r2|R,a,r4|L,c,l4|L,b,x|R,b,r5|R,a,x|L,b,l5|R,c,r6|L,a,x|R,a,r7|L,a,l6|R,b,x', '|', n) AS e FROM ticks);
CREATE VIEW lefts AS SELECT k, v FROM (SELECT k, LAST_VALUE(v) AS v FROM events WHERE side = 'L' GROUP BY k) WHERE v <> 'x';
CREATE VIEW rights AS SELECT k, v FROM (SELECT k, LAST_VALUE(v) AS v FROM events WHERE side = 'R' GROUP BY k) WHERE v <> 'x';
CREATE TABLE s_semi (k STRING, v STRING) WITH ('connector' = 'print', 'print-identifier' = 'semi');
CREATE TABLE s_anti (k STRING, v STRING) WITH ('connector' = 'print', 'print-identifier' = 'anti');
CREATE TABLE s_semi_where (k STRING, v STRING) WITH ('connector' = 'print', 'print-identifier' = 'semi_where');
CREATE TABLE s_anti_where (k STRING, v STRING) WITH ('connector' = 'print', 'print-identifier' = 'anti_where');
EXECUTE STATEMENT SET BEGIN
INSERT INTO s_semi SELECT k, v FROM lefts WHERE k IN (SELECT k FROM rights);
INSERT INTO s_anti SELECT k, v FROM lefts l WHERE NOT EXISTS (SELECT * FROM rights r WHERE l.k = r.k);
INSERT INTO s_semi_where SELECT k, v FROM lefts l WHERE EXISTS (SELECT * FROM rights r WHERE l.k = r.k AND SUBSTRING(l.v, 2) <> SUBSTRING(r.v, 2));
INSERT INTO s_anti_where SELECT k, v FROM lefts l WHERE NOT EXISTS (SELECT * FROM rights r WHERE l.k = r.k AND SUBSTRING(l.v, 2) <> SUBSTRING(r.v, 2));
END;
