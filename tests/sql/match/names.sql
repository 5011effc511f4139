-- note: case of names, quoted names, names of columns
CREATE TABLE ticks (
  k STRING, id INT, v STRING, x INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${DATA}/ticks.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM ticks MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES a.id AS x, `b c`.id AS `y z`, B.id AS other PATTERN (a `b c`) DEFINE a AS a.v = 'a', `b c` AS `b c`.v = 'b', B AS B.v = 'b') AS m;
