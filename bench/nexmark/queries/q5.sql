-- Which auctions had the most bids in the last 10 s, every 2 s: HOP, twice, and a join of windows.
CREATE TABLE snk (auction BIGINT, num BIGINT) WITH ({sink});
INSERT INTO snk SELECT counts.auction, counts.num FROM (
  SELECT auction, COUNT(*) AS num, window_start AS starttime, window_end AS endtime
  FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
  GROUP BY auction, window_start, window_end) AS counts
JOIN (
  SELECT MAX(num) AS maxn, starttime, endtime FROM (
    SELECT COUNT(*) AS num, window_start AS starttime, window_end AS endtime
    FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
    GROUP BY auction, window_start, window_end) AS every_count
  GROUP BY starttime, endtime) AS most
ON counts.starttime = most.starttime AND counts.endtime = most.endtime AND counts.num >= most.maxn;
