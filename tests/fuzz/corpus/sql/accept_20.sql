SELECT * FROM f(x => DEFAULT);
SELECT * FROM q, UNNEST(q.arr, q.brr) t;
SELECT * FROM r /*+ OPTIONS('a'='b') */ FOR SYSTEM_TIME AS OF o.ts AS x;
