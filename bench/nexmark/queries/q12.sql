-- Bids of a bidder by 10 s of processing time. What comes out depends on the clock.
CREATE TABLE snk (bidder BIGINT, bid_count BIGINT, starttime TIMESTAMP(3), endtime TIMESTAMP(3)) WITH ({sink});
CREATE VIEW timed AS SELECT *, PROCTIME() AS p_time FROM bid;
INSERT INTO snk SELECT bidder, COUNT(*), window_start, window_end
  FROM TABLE(TUMBLE(TABLE timed, DESCRIPTOR(p_time), INTERVAL '10' SECOND))
  GROUP BY bidder, window_start, window_end;
