#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What durable epochs cost: the same query with an epoch every 200 ms and with one at the end.

Usage: exactly_once.py PATH_TO_MILLRACE [ROUNDS]
TUMBLE over 10,000 keys and running totals of 10,000 keys, from an in-memory generator to a
blackhole. Rounds alternate, the best of each counts: first by the wall clock, then by the CPU time
of the busiest thread (the shard), which a busy machine does not spoil. Then how long a start takes
with the state of KEYS keys.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROWS = 20_000_000
KEYS = 1_000_000

SOURCE = """
CREATE TABLE src (id BIGINT, k BIGINT, v DOUBLE, ts AS TO_TIMESTAMP_LTZ(id / 10, 3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen',
  'number-of-rows' = '{rows}', 'rows-per-second' = '1000000000', 'fields.id.kind' = 'sequence',
  'fields.id.start' = '0', 'fields.id.end' = '{last}', 'fields.k.min' = '0',
  'fields.k.max' = '{keys}');
"""
QUERIES = {
    "TUMBLE": """CREATE TABLE snk (k BIGINT, n BIGINT, s DOUBLE) WITH ('connector' = 'blackhole');
INSERT INTO snk SELECT k, COUNT(*), SUM(v)
FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY k, window_start, window_end;""",
    "GROUP BY": """CREATE TABLE snk (k BIGINT, n BIGINT, s DOUBLE) WITH ('connector' = 'blackhole');
INSERT INTO snk SELECT k, COUNT(*), SUM(v) FROM src GROUP BY k;""",
}


def write(work, text, rows, keys):
    path = os.path.join(work, "query.sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SOURCE.format(rows=rows, last=rows - 1, keys=keys - 1) + text)
    return path


def busiest_thread(pid):
    """CPU seconds of the thread that has used most so far."""
    seconds = 0.0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        seconds = max(seconds, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return seconds


def run(millrace, work, query, interval):
    data = os.path.join(work, "data")
    shutil.rmtree(data, ignore_errors=True)
    started = time.monotonic()
    process = subprocess.Popen([millrace, "run", query, "--data-dir", data, "-D",
                                f"execution.checkpointing.interval={interval}"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    shard = 0.0
    while process.poll() is None:
        try:
            shard = max(shard, busiest_thread(process.pid))
        except OSError:
            break
        time.sleep(0.02)
    if process.wait() != 0:
        sys.exit(process.stderr.read().decode())
    return time.monotonic() - started, shard


def compare(millrace, work, name, text, rounds):
    query = write(work, text, ROWS, 10_000)
    best = {}
    for _ in range(rounds):
        for interval in ("1 h", "200 ms"):
            measured = run(millrace, work, query, interval)
            best[interval] = tuple(map(min, best.get(interval, measured), measured))
    loss = [1 - off / on for off, on in zip(best["1 h"], best["200 ms"])]
    print(f"{name}, 10,000 keys: {ROWS / best['1 h'][0]:,.0f} rows/s without epochs, "
          f"{ROWS / best['200 ms'][0]:,.0f} with; throughput lost {loss[0]:.1%} by the clock, "
          f"{loss[1]:.1%} by the shard's CPU time")


def restart(millrace, work):
    """Seconds from start to the first row, with the state of KEYS keys and with none."""
    text = QUERIES["GROUP BY"]
    endless = write(work, text, 1_000_000_000_000, KEYS)
    data = os.path.join(work, "data")
    shutil.rmtree(data, ignore_errors=True)
    seconds = []
    for turn in range(2):
        started = time.monotonic()
        process = subprocess.Popen([millrace, "run", endless, "--data-dir", data],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        journal = os.path.join(data, "journal")
        before = None
        while True:  # the first epoch with rows
            size = sum(os.path.getsize(os.path.join(journal, name))
                       for name in os.listdir(journal)) if os.path.isdir(journal) else 0
            if before is not None and size > before + 100_000:
                break
            if process.poll() is not None:
                sys.exit(process.stderr.read().decode())
            before = size if before is None and size > 0 else before
            time.sleep(0.005)
        seconds.append(time.monotonic() - started)
        time.sleep(8 if turn == 0 else 0)
        process.send_signal(signal.SIGTERM)
        process.wait()
    print(f"GROUP BY, {KEYS:,} keys: first epoch {seconds[0]:.2f} s after a start without state, "
          f"{seconds[1]:.2f} s with")


def main():
    millrace = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as work:
        for name, text in QUERIES.items():
            compare(millrace, work, name, text, rounds)
        restart(millrace, work)


if __name__ == "__main__":
    main()
