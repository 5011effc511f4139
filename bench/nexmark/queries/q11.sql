-- Bids of a bidder while active: sessions.
CREATE TABLE snk (bidder BIGINT, bid_count BIGINT, starttime TIMESTAMP(3), endtime TIMESTAMP(3)) WITH ({sink});
INSERT INTO snk SELECT bidder, COUNT(*), window_start, window_end
  FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
  GROUP BY bidder, window_start, window_end;
