-- note: r.* where r is a column of type ROW
CREATE TABLE t (id INT, geo ROW<lat DOUBLE, lon DOUBLE, city ROW<name STRING, zip INT>>)
  WITH ('connector' = 'filesystem', 'path' = '${DATA}/geo.json', 'format' = 'json');
SELECT id, geo.* FROM t;
SELECT t.geo.*, id FROM t;
SELECT x.*, x.id + 1 FROM (SELECT id, geo.* FROM t) AS x;
