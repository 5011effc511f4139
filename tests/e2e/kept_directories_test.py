#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Data directories of runs that were stopped, kept from each version of the formats: whatever comes
later reads them and goes on, or refuses.

Usage: kept_directories_test.py PATH_TO_MILLRACE
       kept_directories_test.py PATH_TO_MILLRACE --keep NAME    makes one with this program
A directory holds the pipeline, its input, what was written of its output, and data/.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

MILLRACE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
KEPT = pathlib.Path(__file__).resolve().parent / "kept"
ROWS = 400

SQL = """SET 'pipeline.name' = 'kept';
SET 'parallelism.default' = '2';
SET 'execution.checkpointing.interval' = '50 ms';
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'payments.json', 'format' = 'json');
SET 'millrace.table.payments.rows-per-second' = '200';
CREATE TABLE totals (card STRING, window_start TIMESTAMP(3), n BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');
INSERT INTO totals SELECT card, window_start, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY card, window_start, window_end;
"""


def start(folder):
    return subprocess.Popen([MILLRACE, "run", "kept.sql", "--data-dir", "data"], cwd=folder,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def state_of(folder):
    return json.loads((folder / "data" / "run.json").read_text())["run"]["state"]


def keep(name):
    folder = KEPT / name
    folder.mkdir(parents=True)
    (folder / "kept.sql").write_text(SQL)
    with (folder / "payments.json").open("w") as file:
        for i in range(ROWS):
            file.write(json.dumps({"id": i, "card": f"c{i % 7}", "amount": i / 4,
                                   "ts": f"2024-01-01 00:{i // 60:02}:{i % 60:02}"}) + "\n")
        file.write("{broken\n")
    with start(folder) as program:
        time.sleep(1.2)
        program.send_signal(signal.SIGTERM)
        print(program.communicate(timeout=60)[0])
    assert state_of(folder) == "running"
    for path in [*folder.glob("data/state/LOG*"), folder / "data" / "lock",
                 folder / "data" / "state" / "LOCK"]:
        path.unlink(missing_ok=True)
    print(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()), "bytes")


class KeptDirectoriesTest(unittest.TestCase):
    def test_kept_directories_are_read(self):
        kept = sorted(KEPT.iterdir())
        self.assertTrue(kept)
        for one in kept:
            with self.subTest(one.name), tempfile.TemporaryDirectory() as holder:
                folder = pathlib.Path(holder) / one.name
                shutil.copytree(one, folder)
                self.assertEqual(state_of(folder), "running")
                with start(folder) as program:
                    said = program.communicate(timeout=120)[0]
                self.assertEqual(program.returncode, 0, said)
                self.assertEqual(state_of(folder), "finished")
                self.check(folder)

    def check(self, folder):
        sums = {}
        for line in (folder / "payments.json").read_text().splitlines()[:ROWS]:
            row = json.loads(line)
            count, total = sums.get((row["card"], row["ts"][:-2] + "00"), (0, 0.0))
            sums[row["card"], row["ts"][:-2] + "00"] = (count + 1, total + row["amount"])
        found = {}
        for path in (folder / "out").iterdir():
            if path.name.startswith((".", "_")):
                continue
            for line in path.read_text().splitlines():
                card, window, count, total = line.split(",")
                key = (card, window.strip('"').split(".")[0])
                self.assertNotIn(key, found)
                found[key] = (int(count), float(total))
        self.assertEqual(found, sums)
        letters = folder / "data" / "dead-letters" / "payments.jsonl"
        self.assertEqual(letters.read_text().count("{broken"), 1)


if __name__ == "__main__":
    if sys.argv[2:3] == ["--keep"]:
        keep(sys.argv[3])
    else:
        unittest.main(argv=sys.argv[:1])
