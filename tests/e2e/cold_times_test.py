#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments while most of what waits for a time lies on the disk only: rows of
outer interval joins, of window joins and of temporal joins, versions, sessions, open matches, the
first rows of windows, and rows that wait for a snapshot. What comes out in the end is what it would
be in memory.

Usage: cold_times_test.py PATH_TO_MILLRACE [SEED]
The rows take many times the memory budget of state, and each start has another parallelism.
"""
import bisect
import collections

import cold

ROWS = 40_000
KEYS = 12_000
STEP_MS = 15
LENGTH_MS = ROWS * STEP_MS
WITHIN_MS = 180_000
WINDOW_MS = 120_000
GAP_MS = 120_000
SQL = """
SET 'execution.checkpointing.interval' = '50 ms';
SET 'state.memory-budget' = '768 kb';
SET 'millrace.table.orders.rows-per-second' = '20000';
SET 'millrace.table.events.rows-per-second' = '20000';
SET 'millrace.table.rates.rows-per-second' = '20000';
CREATE TABLE orders (id BIGINT, k BIGINT, note STRING, v BIGINT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '0.1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{work}/orders.csv', 'format' = 'csv');
CREATE TABLE events (id BIGINT, k BIGINT, note STRING, v BIGINT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '0.1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{work}/events.csv', 'format' = 'csv');
CREATE TABLE rates (id BIGINT, k BIGINT, note STRING, v BIGINT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '0.1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{work}/rates.csv', 'format' = 'csv');
CREATE VIEW versions AS SELECT k, v, ts FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS n FROM rates) WHERE n = 1;
CREATE TABLE near (id BIGINT, event BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/near', 'format' = 'csv');
CREATE TABLE together (id BIGINT, event BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/together', 'format' = 'csv');
CREATE TABLE rated (id BIGINT, rate BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/rated', 'format' = 'csv');
CREATE TABLE rising (k BIGINT, a BIGINT, b BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/rising', 'format' = 'csv');
CREATE TABLE visits (k BIGINT, n BIGINT, total BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/visits', 'format' = 'csv');
CREATE TABLE best (k BIGINT, id BIGINT, n BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/best', 'format' = 'csv');
CREATE TABLE loaded (id BIGINT, rate BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/loaded', 'format' = 'csv');
BEGIN STATEMENT SET;
INSERT INTO near SELECT o.id, e.id FROM orders o FULL JOIN events e ON o.k = e.k
AND e.ts BETWEEN o.ts - INTERVAL '1' MINUTE AND o.ts + INTERVAL '3' MINUTE;
INSERT INTO together SELECT o.id, e.id
FROM (SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '2' MINUTE))) o
FULL JOIN (SELECT * FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '2' MINUTE))) e
ON o.k = e.k AND o.window_start = e.window_start AND o.window_end = e.window_end;
INSERT INTO rated SELECT o.id, r.v
FROM orders o LEFT JOIN versions FOR SYSTEM_TIME AS OF o.ts AS r ON o.k = r.k;
INSERT INTO rising SELECT k, a, b FROM orders
MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES A.id AS a, B.id AS b
  ONE ROW PER MATCH AFTER MATCH SKIP TO NEXT ROW PATTERN (A B) WITHIN INTERVAL '3' MINUTE
  DEFINE B AS B.v > A.v);
INSERT INTO visits SELECT k, COUNT(*), SUM(v)
FROM TABLE(SESSION(TABLE orders PARTITION BY (k, note), DESCRIPTOR(ts), INTERVAL '2' MINUTE))
GROUP BY k, note, window_start, window_end;
INSERT INTO best SELECT k, id, n FROM (SELECT *, ROW_NUMBER() OVER (
  PARTITION BY window_start, window_end, k ORDER BY v DESC, id) AS n
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '2' MINUTE))) WHERE n <= 2;
INSERT INTO loaded SELECT o.id, r.id FROM orders o LEFT JOIN LATERAL SNAPSHOT(
  input => TABLE rates, on_time => DESCRIPTOR(ts)) AS r ON o.k = r.k;
END;
"""


def write_table(path, count, first_ms, chance):
    """Rows (id, k, v, ms) in order of time, and by key."""
    by_key = collections.defaultdict(list)
    rows = []
    with open(path, "w", encoding="utf-8") as file:
        for i in range(count):
            ms = first_ms + i * LENGTH_MS // count
            row = (i, chance.randrange(KEYS), chance.randrange(1000), ms)
            rows.append(row)
            by_key[row[1]].append(row)
            file.write(f"{i},{row[1]},the customer of number {row[1]},{row[2]},"
                       f"2024-01-01 00:{ms // 60000:02}:{ms // 1000 % 60:02}.{ms % 1000:03}\n")
    return rows, by_key


def full_join(orders, events, joined):
    """`joined(order)`: the events of an order."""
    pairs, matched = [], set()
    for order in orders:
        partners = joined(order)
        matched.update(event[0] for event in partners)
        pairs += [(str(order[0]), str(event[0])) for event in partners]
        if not partners:
            pairs.append((str(order[0]), ""))
    return pairs + [("", str(event[0])) for event in events if event[0] not in matched]


def visits_of(orders_of):
    """Rows of a key that are at most a gap apart are one session."""
    visits = []
    for k, rows in orders_of.items():
        session = []
        for row in rows:
            if session and row[3] - session[-1][3] > GAP_MS:
                visits.append((k, session))
                session = []
            session.append(row)
        visits.append((k, session))
    return [(str(k), str(len(session)), str(sum(row[2] for row in session)))
            for k, session in visits]


def best_of(orders):
    """The first two of each key and window."""
    windows = collections.defaultdict(list)
    for i, k, v, ms in orders:
        windows[k, ms // WINDOW_MS].append((-v, i))
    return [(str(k), str(i), str(n)) for (k, _), rows in windows.items()
            for n, (_, i) in enumerate(sorted(rows)[:2], start=1)]


def write_input(work, chance):
    """What is to come out, by the name of its table."""
    orders, orders_of = write_table(work / "orders.csv", ROWS, 0, chance)
    events, events_of = write_table(work / "events.csv", ROWS, 5, chance)
    _, rates_of = write_table(work / "rates.csv", ROWS, 3, chance)
    near = full_join(orders, events, lambda order: [
        event for event in events_of[order[1]] if -60_000 <= event[3] - order[3] <= 180_000])
    together = full_join(orders, events, lambda order: [
        event for event in events_of[order[1]]
        if event[3] // WINDOW_MS == order[3] // WINDOW_MS])
    rated = []
    for i, k, _, ms in orders:
        known = bisect.bisect_right([rate[3] for rate in rates_of[k]], ms)
        rated.append((str(i), str(rates_of[k][known - 1][2]) if known else ""))
    rising = []
    for k, rows in orders_of.items():
        rising += [(str(k), str(a[0]), str(b[0])) for a, b in zip(rows, rows[1:])
                   if b[2] > a[2] and b[3] - a[3] < WITHIN_MS]
    loaded = []
    for order in orders:
        loaded += [(str(order[0]), str(rate[0])) for rate in rates_of[order[1]]] or [
            (str(order[0]), "")]
    return {name: collections.Counter(rows) for name, rows in
            {"near": near, "together": together, "rated": rated, "rising": rising,
             "visits": visits_of(orders_of), "best": best_of(orders),
             "loaded": loaded}.items()}


if __name__ == "__main__":
    cold.main(SQL, write_input)
