-- Average of the winning prices by category: a join and two aggregates, the second with updates.
CREATE TABLE snk (category BIGINT, average BIGINT) WITH ({sink});
INSERT INTO snk SELECT Q.category, AVG(Q.final) FROM (
  SELECT MAX(B.price) AS final, A.category FROM auction A, bid B
  WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires GROUP BY A.id, A.category) Q
GROUP BY Q.category;
