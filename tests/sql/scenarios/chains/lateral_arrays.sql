CREATE TABLE visits (id INT, u STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '${DATA}/visits.csv', 'format' = 'csv');
SELECT v.id, w, ord FROM visits v CROSS JOIN UNNEST(ARRAY[v.page, v.u]) WITH ORDINALITY AS t (w, ord) WHERE v.id < 3;
SELECT w, COUNT(*) AS n FROM visits v CROSS JOIN UNNEST(ARRAY[v.page, v.u, v.page]) AS t (w) GROUP BY w;
SELECT v.id, k, x FROM visits v, UNNEST(MAP['page', v.page, 'u', v.u]) AS t (k, x) WHERE k <> x AND v.id BETWEEN 3 AND 5;
SELECT v.u, p.a, p.b FROM visits v CROSS JOIN UNNEST(ARRAY[ROW(v.id, v.page), ROW(v.id + 100, 'next')]) AS p (a, b) WHERE v.page = 'pay';
