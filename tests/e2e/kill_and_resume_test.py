#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments, the same command again: the files are those of an undisturbed run.

Usage: kill_and_resume_test.py PATH_TO_MILLRACE [SEED]
Pipelines without and with keyed state are each killed more than ten times and go on behind their
last epoch, under another parallelism each time, and so does a file of two statements. SIGTERM
drains an endless run, which then goes on; a second process on the same directory is refused.
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

ROWS = 150_000
KILLS = 12
ROUNDS_MAX = 100

INPUT = """
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{dir}/payments.json', 'format' = 'json');
"""

PIPELINES = {
    # The small checkpoint interval makes many epochs, so that kills fall into all their phases.
    "stateless": INPUT + """
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE big (id BIGINT, card STRING, amount DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'json',
      'sink.rolling-policy.file-size' = '300kb');
INSERT INTO big SELECT id, card, amount * 2 FROM payments WHERE amount > 100;
""",
    "keyed": INPUT + """
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE totals (card STRING, window_start TIMESTAMP(3), n BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'json',
      'sink.rolling-policy.file-size' = '100kb');
INSERT INTO totals SELECT card, window_start, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY card, window_start, window_end;
""",
    "over": INPUT + """
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE features (id BIGINT, n BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '300kb');
INSERT INTO features SELECT id, COUNT(*) OVER w, SUM(amount) OVER w FROM payments
WINDOW w AS (PARTITION BY card ORDER BY ts
             RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW);
""",
}

PIPELINES["joined"] = INPUT + """
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE pairs (id BIGINT, other BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '300kb');
INSERT INTO pairs SELECT a.id, b.id FROM payments a LEFT JOIN payments b
ON a.card = b.card AND b.amount > 150
AND b.ts BETWEEN a.ts - INTERVAL '3' SECOND AND a.ts - INTERVAL '1' SECOND;
"""

# A regular join: rows of both sides are kept, here for ever.
PIPELINES["kept"] = INPUT + """
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE pairs (id BIGINT, other BIGINT, amount DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '300kb');
INSERT INTO pairs SELECT a.id, b.id, b.amount FROM payments a JOIN payments b
ON a.id = b.id + 60000 AND a.amount <> b.amount
WHERE b.card IN (SELECT card FROM payments WHERE amount > 199);
"""

# Two statements, one after the other: what is done is not done again.
TWO = INPUT + """
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE above (id BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv');
CREATE TABLE below (id BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv');
INSERT INTO above SELECT id FROM payments WHERE amount > 100;
INSERT INTO below SELECT -id FROM payments WHERE amount <= 100;
"""

ENDLESS = """
CREATE TABLE s (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5000',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000000');
CREATE TABLE t (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv');
CREATE TABLE u (n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO t SELECT n FROM s;
INSERT INTO u VALUES (1), (2);
"""


RESUMED = [0]  # runs that came to their end behind an epoch of an earlier one


def write_input(path):
    random_rows = random.Random(7)
    # Amounts are quarters: their sums are exact in any order, also where a start that follows a
    # death reads record by record and adds in other steps.
    with open(path, "w", encoding="utf-8") as file:
        for i in range(ROWS):
            if i % 5000 == 4999:
                file.write("{broken\n")
            second = i // 100
            row = {"id": i, "card": f"card{random_rows.randrange(500)}",
                   "amount": random_rows.randrange(800) / 4,
                   "ts": f"2024-01-01 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"}
            file.write(json.dumps(row) + "\n")


def lines_of(directory):
    lines = []
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        if name.startswith((".", "_")):
            continue
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            lines += file.read().splitlines()
    return sorted(lines)


def command(millrace, work, name, kind):
    sql = PIPELINES.get(kind, kind).format(dir=work, out=os.path.join(work, name))
    path = os.path.join(work, name + ".sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(sql)
    return [millrace, "run", path, "--data-dir", os.path.join(work, name + ".data")]


def fail(message):
    print("FAILED: " + message)
    sys.exit(1)


def run_to_end(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        fail(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    return done.stderr


def finished(arguments):
    manifest = os.path.join(arguments[4], "run.json")
    if not os.path.exists(manifest):
        return False
    with open(manifest, encoding="utf-8") as file:
        return json.load(file)["run"]["state"] == "finished"


def check_kind(millrace, work, kind, chance):
    undisturbed = command(millrace, work, kind + "_calm", kind)
    started = time.monotonic()
    run_to_end(undisturbed)
    seconds = time.monotonic() - started
    expected = lines_of(os.path.join(work, kind + "_calm"))
    if len(expected) < 1000:
        fail(f"{kind}: only {len(expected)} lines without any kill")

    killed = 0
    rounds = 0
    # On a slow machine most kills hit a run before its first epoch: then there are some more.
    while killed < KILLS or (RESUMED[0] == 0 and rounds < ROUNDS_MAX):
        name = f"{kind}_killed{rounds}"
        rounds += 1
        killed += run_with_kills(command(millrace, work, name, kind), seconds, chance)
        found = lines_of(os.path.join(work, name))
        if found != expected:
            fail(f"{kind}: {len(found)} lines after kills, {len(expected)} without")
        letters = [os.path.join(work, run + ".data", "dead-letters", "payments.jsonl")
                   for run in (kind + "_calm", name)]
        contents = [re.sub(', "pipeline": [^}]*', "", open(path, encoding="utf-8").read())
                    for path in letters]
        if contents[0] != contents[1] or contents[0].count("\n") != ROWS // 5000:
            fail(f"{kind}: the dead letters are not those of an undisturbed run")
    if RESUMED[0] == 0:
        fail(f"{kind}: no run went on behind an epoch")
    RESUMED[0] = 0
    print(f"{kind}: {killed} kills in {rounds} runs, {len(expected)} lines each, as without")
    return killed


def run_with_kills(arguments, seconds, chance):
    """Starts the command again and again, killing it, until a run comes to its end."""
    killed = 0
    while True:
        parallel = ["-D", f"parallelism.default={chance.randint(1, 4)}"]
        process = subprocess.Popen(arguments + parallel, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        # After some kills let it end, so that a slow machine comes to an end, too.
        limit = 120 if killed >= KILLS else chance.uniform(0.02, seconds * 0.9)
        try:
            process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            if finished(arguments):  # hit on its way out: everything was written
                return killed
            killed += 1
            continue
        said = process.stderr.read().decode()
        if process.returncode != 0:
            fail(f"{' '.join(arguments)}: {said}")
        RESUMED[0] += "resuming the interrupted run behind epoch" in said
        return killed


def check_two(millrace, work, chance):
    """A program of two statements, killed, is that program once."""
    started = time.monotonic()
    run_to_end(command(millrace, work, "two_calm", TWO))
    seconds = time.monotonic() - started
    expected = lines_of(os.path.join(work, "two_calm"))
    killed = rounds = 0
    while killed < KILLS:
        name = f"two_killed{rounds}"
        rounds += 1
        killed += kill_two(command(millrace, work, name, TWO), seconds, chance)
        found = lines_of(os.path.join(work, name))
        if found != expected or len(expected) != ROWS:
            fail(f"two statements: {len(found)} lines after kills, {len(expected)} without")
    print(f"two statements: {killed} kills in {rounds} runs")
    return killed


def kill_two(arguments, seconds, chance):
    """As run_with_kills; the program is done when the last job is and its progress file is gone."""
    killed = 0
    while True:
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        limit = 120 if killed >= KILLS else chance.uniform(0.02, seconds * 0.7)
        try:
            process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            last_job = os.path.join(arguments[4], "job-2", "run.json")
            if os.path.exists(last_job) and not os.path.exists(
                    os.path.join(arguments[4], "program.json")):
                return killed
            killed += 1
            continue
        if process.returncode != 0:
            fail(f"{' '.join(arguments)}: {process.stderr.read().decode()}")
        return killed


def wait_for_output(process, directory):
    """Until it has written something new, finished files or not."""
    def written():
        return {entry.name: entry.stat().st_size for entry in os.scandir(directory)} \
            if os.path.isdir(directory) else {}

    before = written()
    deadline = time.monotonic() + 60
    while written() == before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)  # some more


def check_drain(millrace, work):
    """SIGTERM ends an endless run with 0; started again it goes on: no row is lost or repeated."""
    arguments = command(millrace, work, "endless", ENDLESS)
    for turn in range(3):
        before = len(lines_of(os.path.join(work, "endless")))
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        wait_for_output(process, os.path.join(work, "endless"))
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
        if process.returncode != 0:
            fail(f"SIGTERM ended the run with {process.returncode}: {errors.decode()}")
        if len(lines_of(os.path.join(work, "endless"))) <= before:
            fail(f"turn {turn} wrote nothing: {errors.decode()}")
    numbers = sorted(int(line) for line in lines_of(os.path.join(work, "endless")))
    if numbers != list(range(1, len(numbers) + 1)):
        fail("rows are lost or repeated over three endless runs")
    print(f"SIGTERM drains, three runs make one: {len(numbers)} rows")


def check_lock(millrace, work):
    holder = command(millrace, work, "locked", "stateless")
    with open(holder[2], "w", encoding="utf-8") as file:
        file.write("CREATE TABLE s (n BIGINT)"
                   "WITH ('connector' = 'datagen', 'rows-per-second' = '1');"
                   "CREATE TABLE t (n BIGINT) WITH ('connector' = 'blackhole');"
                   "INSERT INTO t SELECT n FROM s;")
    first = subprocess.Popen(holder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        lock = os.path.join(holder[4], "run.json")
        deadline = time.monotonic() + 60
        while not os.path.exists(lock) and time.monotonic() < deadline:
            time.sleep(0.02)
        second = subprocess.run(holder, capture_output=True, text=True, timeout=60, check=False)
        if second.returncode == 0 or "MR0803" not in second.stderr:
            fail(f"a second process was not refused: {second.returncode} {second.stderr}")
        first.send_signal(signal.SIGTERM)
        if first.wait(timeout=60) != 0:
            fail(f"SIGTERM ended the run with {first.returncode}")
    finally:
        first.kill()
    print("a second process is refused, SIGTERM drains")


def main():
    millrace = os.path.abspath(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as work:
        write_input(os.path.join(work, "payments.json"))
        killed = sum(check_kind(millrace, work, kind, chance) for kind in PIPELINES)
        killed += check_two(millrace, work, chance)
        check_drain(millrace, work)
        check_lock(millrace, work)
    print(f"seed {seed}: {killed} kills")


if __name__ == "__main__":
    main()
