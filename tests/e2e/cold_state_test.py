#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments while most groups lie on the disk only: the last row of each group is
that of all its rows.

Usage: cold_state_test.py PATH_TO_MILLRACE [SEED]
Groups take many times the memory budget of state, and each start has another parallelism. The
rows are printed, so that those since the last epoch come again; what a group comes to does not.
"""
import collections
import os
import random
import re
import signal
import subprocess
import sys
import tempfile

ROWS = 200_000
KEYS = 40_000
KILLS = 5
SQL = """
SET 'execution.checkpointing.interval' = '20 ms';
SET 'state.memory-budget' = '512 kb';
CREATE TABLE orders (k BIGINT, customer STRING, v BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{work}/orders.csv', 'format' = 'csv');
CREATE TABLE totals (k BIGINT, n BIGINT, total BIGINT) WITH ('connector' = 'print');
INSERT INTO totals SELECT k, COUNT(*), SUM(v) FROM orders GROUP BY k, customer;
"""


def write_orders(path, chance):
    """Returns (rows, sum) of each key."""
    expected = collections.defaultdict(lambda: [0, 0])
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(ROWS):
            key, value = chance.randrange(KEYS), chance.randrange(1000)
            file.write(f"{key},the customer of number {key},{value}\n")
            expected[key][0] += 1
            expected[key][1] += value
    return {key: tuple(found) for key, found in expected.items()}


def main():
    millrace = os.path.abspath(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as work:
        expected = write_orders(os.path.join(work, "orders.csv"), chance)
        path = os.path.join(work, "totals.sql")
        with open(path, "w", encoding="utf-8") as file:
            file.write(SQL.format(work=work))
        out = os.path.join(work, "out")
        killed = 0
        while True:
            with open(out, "a", encoding="utf-8") as output:
                process = subprocess.Popen(
                    [millrace, "run", path, "--quiet", "--data-dir", os.path.join(work, "data"),
                     "-D", f"parallelism.default={chance.randint(1, 3)}"],
                    stdout=output, stderr=subprocess.PIPE)
            try:
                wait = 60 if killed == KILLS else chance.uniform(0.3, 1.2)
                _, error = process.communicate(timeout=wait)
                if process.returncode != 0:
                    sys.exit(f"FAILED: {error.decode()}")
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                if killed == KILLS:
                    sys.exit("FAILED: it does not end")
                killed += 1
            with open(out, "a", encoding="utf-8") as output:
                output.write("\n")  # behind half a line
        found = {}
        with open(out, encoding="utf-8") as file:
            for line in file:
                row = re.fullmatch(r"(?:\d+> )?\+[IU]\[(\d+), (\d+), (\d+)\]\n", line)
                if row is not None:
                    key, count, total = map(int, row.groups())
                    found[key] = max(found.get(key, (0, 0)), (count, total))
        wrong = [key for key in expected if found.get(key) != expected[key]]
        if wrong or len(found) != len(expected):
            key = wrong[0] if wrong else None
            sys.exit(f"FAILED: {len(wrong)} groups are wrong, among them {key}: "
                     f"{found.get(key)} instead of {expected.get(key)}")
        print(f"{len(expected)} groups are right after {killed} kills")


if __name__ == "__main__":
    main()
