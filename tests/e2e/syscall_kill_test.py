#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at the n-th sync, rename, write or removal of a run with keyed state, again and again.

Usage: syscall_kill_test.py PATH_TO_MILLRACE [SEED [RUNS]]
strace delivers the signal when the call is made, so every place of an epoch is hit: before the
journal's record, between it and the outputs, while files get their names, while RocksDB opens. Each
run is killed up to four times and then comes to its end: its files and dead letters are those of an
undisturbed run.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

ROWS = 6000
# Up to which occurrence a call is hit; a run makes about as many before its end.
CALLS = {"fsync": 12, "fdatasync": 12, "rename": 14, "write": 120, "unlink": 6}

SQL = """
SET 'execution.checkpointing.interval' = '10 ms';
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{work}/payments.json', 'format' = 'json');
SET 'millrace.table.payments.rows-per-second' = '40000';
CREATE TABLE totals (card STRING, window_start TIMESTAMP(3), n BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{work}/{name}', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '4kb');
INSERT INTO totals SELECT card, window_start, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY card, window_start, window_end;
"""


def write_input(path):
    chance = random.Random(3)
    with open(path, "w", encoding="utf-8") as file:
        for i in range(ROWS):
            if i % 1000 == 999:
                file.write("{broken\n")
            second = i // 10
            file.write(json.dumps({
                "id": i, "card": f"card{chance.randrange(50)}",
                "amount": chance.randrange(1000) / 4,
                "ts": f"2024-01-01 00:{second // 60:02}:{second % 60:02}"}) + "\n")


def command(millrace, work, name):
    path = os.path.join(work, name + ".sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SQL.format(work=work, name=name))
    return [millrace, "run", path, "--data-dir", os.path.join(work, name + ".data")]


def results(work, name):
    """Lines of the files a reader sees, and the dead letters without what names the run."""
    lines = []
    for entry in os.listdir(os.path.join(work, name)):
        if entry.startswith((".", "_")):
            continue
        with open(os.path.join(work, name, entry), encoding="utf-8") as file:
            lines += file.read().splitlines()
    letters = os.path.join(work, name + ".data", "dead-letters", "payments.jsonl")
    with open(letters, encoding="utf-8") as file:
        return sorted(lines), re.sub(', "pipeline": [^}]*', "", file.read())


def fail(message):
    print("FAILED: " + message)
    sys.exit(1)


def finished(work, name):
    try:
        with open(os.path.join(work, name + ".data", "run.json"), encoding="utf-8") as file:
            return json.load(file)["run"]["state"] == "finished"
    except FileNotFoundError:
        return False


def run_with_kills(millrace, work, name, chance):
    """Returns how often it was killed."""
    arguments = command(millrace, work, name)
    for kills in range(4):
        call = chance.choice(list(CALLS))
        place = chance.randint(1, CALLS[call])
        parallel = ["-D", f"parallelism.default={chance.randint(1, 3)}"]
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=" + call,
             "-e", f"inject={call}:signal=SIGKILL:when={place}"] + arguments + parallel,
            capture_output=True, text=True, timeout=120, check=False)
        if done.returncode == 0:
            return kills
        if done.returncode not in (-9, 137):
            fail(f"{name}, killed at {call} {place}, ended with {done.returncode}: {done.stderr}")
        if finished(work, name):  # hit on its way out: everything was written
            return kills + 1
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        fail(f"{name} ended with {done.returncode}: {done.stderr}")
    return 4


def main():
    millrace = os.path.abspath(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 40
    chance = random.Random(seed)
    killed = 0
    with tempfile.TemporaryDirectory() as work:
        write_input(os.path.join(work, "payments.json"))
        calm = command(millrace, work, "calm")
        done = subprocess.run(calm, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            fail(done.stderr)
        expected = results(work, "calm")
        if len(expected[0]) < 1000 or expected[1].count("\n") != ROWS // 1000:
            fail(f"{len(expected[0])} lines without any kill")
        for number in range(runs):
            name = f"run{number}"
            killed += run_with_kills(millrace, work, name, chance)
            if results(work, name) != expected:
                fail(f"seed {seed}: {name} is not as an undisturbed run")
    if killed < runs:
        fail(f"only {killed} kills in {runs} runs")
    print(f"seed {seed}: {killed} kills in {runs} runs, {len(expected[0])} lines each, as without")


if __name__ == "__main__":
    main()
