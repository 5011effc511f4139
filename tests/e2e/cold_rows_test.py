#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments while most rows of an OVER and of both sides of joins (regular ones, by
intervals, and such as count partners), and most groups of windows, lie on the disk only: what comes
out in the end is what it would be in memory.

Usage: cold_rows_test.py PATH_TO_MILLRACE [SEED]
The rows take many times the memory budget of state, and each start has another parallelism.
"""
import collections

import cold

ROWS = 60_000
KEYS = 20_000
SQL = """
SET 'execution.checkpointing.interval' = '50 ms';
SET 'state.memory-budget' = '768 kb';
SET 'millrace.table.orders.rows-per-second' = '25000';
SET 'millrace.table.visits.rows-per-second' = '25000';
CREATE TABLE orders (id BIGINT, k BIGINT, note STRING, v BIGINT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '0.1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{work}/orders.csv', 'format' = 'csv');
CREATE TABLE visits (k BIGINT, page STRING, n BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/visits.csv', 'format' = 'csv');
CREATE TABLE sums (id BIGINT, few BIGINT, recent BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/sums', 'format' = 'csv');
CREATE TABLE pairs (id BIGINT, page STRING)
WITH ('connector' = 'filesystem', 'path' = '{work}/pairs', 'format' = 'csv');
CREATE TABLE wanted (id BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/wanted', 'format' = 'csv');
CREATE TABLE near (id BIGINT, before BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/near', 'format' = 'csv');
CREATE TABLE hops (k BIGINT, until BIGINT, n BIGINT, total BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/hops', 'format' = 'csv');
BEGIN STATEMENT SET;
INSERT INTO sums SELECT id, few,
  SUM(v) OVER (PARTITION BY k, note ORDER BY ts RANGE BETWEEN INTERVAL '3' MINUTE PRECEDING
               AND CURRENT ROW)
FROM (SELECT id, k, note, v, ts, SUM(v) OVER (PARTITION BY k, note ORDER BY ts
                                              ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS few
      FROM orders);
INSERT INTO pairs SELECT o.id, p.page FROM orders o JOIN visits p ON o.k = p.k;
INSERT INTO wanted SELECT id FROM orders o
WHERE EXISTS (SELECT * FROM visits p WHERE p.k = o.k AND p.n > o.v);
INSERT INTO near SELECT a.id, b.id FROM orders a JOIN orders b ON a.k = b.k AND a.note = b.note
AND b.ts BETWEEN a.ts - INTERVAL '3' MINUTE AND a.ts - INTERVAL '1' SECOND;
INSERT INTO hops SELECT k, EXTRACT(MINUTE FROM window_end), COUNT(*), SUM(v)
FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '2' MINUTE, INTERVAL '4' MINUTE))
GROUP BY k, note, window_start, window_end;
END;
"""


def write_input(work, chance):
    """What is to come out, by the name of its table."""
    orders = []
    with open(work / "orders.csv", "w", encoding="utf-8") as file:
        for i in range(ROWS):
            k, v, ms = chance.randrange(KEYS), chance.randrange(1000), i * 10
            file.write(f"{i},{k},the customer of number {k},{v},"
                       f"2024-01-01 00:{ms // 60000:02}:{ms // 1000 % 60:02}.{ms % 1000:03}\n")
            orders.append((i, k, v, ms))
    pages = collections.defaultdict(list)
    with open(work / "visits.csv", "w", encoding="utf-8") as file:
        for i in range(ROWS // 2):
            k, page, n = chance.randrange(KEYS), f"page {i}", chance.randrange(1000)
            file.write(f"{k},{page},{n}\n")
            pages[k].append((page, n))
    sums, pairs, seen = [], [], collections.defaultdict(list)
    wanted, near = [], []
    hops = collections.defaultdict(list)
    for i, k, v, ms in orders:
        near += ((str(i), str(other)) for time, _, other in seen[k]
                 if 1000 <= ms - time <= 180_000)
        seen[k].append((ms, v, i))
        few = sum(value for _, value, _ in seen[k][-3:])
        recent = sum(value for time, value, _ in seen[k] if time >= ms - 180_000)
        sums.append((str(i), str(few), str(recent)))
        pairs += ((str(i), page) for page, _ in pages[k])
        wanted += ((str(i),) for _ in range(any(n > v for _, n in pages[k])))
        for until in (ms // 120_000 * 2 + 2, ms // 120_000 * 2 + 4):
            hops[k, until].append(v)
    hops = [(str(k), str(until), str(len(values)), str(sum(values)))
            for (k, until), values in hops.items()]
    return {name: collections.Counter(rows) for name, rows in
            {"sums": sums, "pairs": pairs, "hops": hops, "wanted": wanted, "near": near}.items()}


if __name__ == "__main__":
    cold.main(SQL, write_input)
