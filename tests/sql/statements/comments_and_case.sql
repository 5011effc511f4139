-- order: exact
create table T1 (Id int, Name string) with ('connector' = 'filesystem', 'path' = '${DATA}/t.csv', 'format' = 'csv'); -- trailing
/* a block
   comment; with a semicolon */
sElEcT Id, /* inside */ Name -- to the end
FROM T1
WHERE Id > 0 /* x */ AND Name <> '--no comment';
SELECT 'a;b' AS s, 'it''s /* not */ a comment' AS t2, `Id` FROM T1 WHERE Id = 1;
