ALTER VIEW IF EXISTS v RENAME TO w
----
UPDATE t x SET x.a = 1
----
;
----
; ;
----
SELECT * FROM f(TABLE t /*+ OPTIONS('a'='b') */)
----
SELECT * FROM f(DESCRIPTOR(a.b))
----
SELECT * FROM f(DESCRIPTOR(a INT))
----
SELECT * FROM q, LATERAL f(q.x) AS t(a)
----
SELECT * FROM q JOIN LATERAL SNAPSHOT(input => TABLE r, on_time => DESCRIPTOR(ts)) AS s ON s.a = q.a
----
SELECT * FROM r /*+ OPTIONS('a'='b'), FOO(1, x, 'y'), BAR */
----
SELECT /*+ STATE_TTL('o'='1d') */ /*+ LOOKUP('table'='c') */ * FROM o
----
SELECT ARRAY(1, 2), ARRAY[(SELECT 1)], MAP('a', 1)
----
SELECT POSITION(a IN b), POSITION(a IN b FROM 3), POSITION(a || 'x' IN b)
----
SELECT JSON_ARRAY(), JSON_ARRAY(1, 'a' NULL ON NULL), JSON_ARRAY(ABSENT ON NULL)
