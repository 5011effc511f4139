#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""1 -> 2 -> 4 -> 1 shards from savepoints in the middle of the input: output as of one run.

Usage: rescale_test.py PATH_TO_MILLRACE
Real files with a windowed aggregation, an OVER, an interval join and a changelog at once, and the
topics of the embedded log. A run is stopped in its middle, a savepoint is made, and the next one
starts from it in a data directory of its own under another parallelism. Once the savepoint is taken
of a run that goes on, also with more shards, and is then killed: what it wrote behind the savepoint
is taken back. --fresh takes back what shards wrote that are not there any more.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROWS = 12_000
SHARDS = [1, 2, 4, 1]

SQL = """
SET 'pipeline.name' = 'scaled';
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{work}/payments.json', 'format' = 'json');
SET 'millrace.table.payments.rows-per-second' = '2400';
CREATE TABLE totals (card STRING, window_start TIMESTAMP(3), n BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{out}/totals', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '4kb');
CREATE TABLE features (id BIGINT, n BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{out}/features', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '16kb');
CREATE TABLE pairs (id BIGINT, other BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{out}/pairs', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '4kb');
EXECUTE STATEMENT SET BEGIN
INSERT INTO totals SELECT card, window_start, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY card, window_start, window_end;
INSERT INTO features SELECT id, COUNT(*) OVER w, SUM(amount) OVER w FROM payments
WINDOW w AS (PARTITION BY card ORDER BY ts
             RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW);
INSERT INTO pairs SELECT a.id, b.id FROM payments a LEFT JOIN payments b
ON a.card = b.card AND b.amount > 200
AND b.ts BETWEEN a.ts - INTERVAL '3' SECOND AND a.ts - INTERVAL '1' SECOND;
END;
"""

TOPICS = """
SET 'pipeline.name' = 'topics';
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE events (id BIGINT, card STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json', 'key.format' = 'raw',
      'key.fields' = 'card',
      'properties.bootstrap.servers' = 'localhost:9092', 'properties.group.id' = 'g',
      'scan.startup.mode' = 'earliest-offset');
CREATE TABLE counts (id BIGINT, card STRING, n BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'counts', 'format' = 'json',
      'properties.bootstrap.servers' = 'localhost:9092');
INSERT INTO counts SELECT id, card, COUNT(*) OVER (PARTITION BY card ORDER BY ts
RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM events;
"""


def fail(message):
    print("FAILED: " + message)
    sys.exit(1)


def check(condition, message):
    if not condition:
        fail(message)


def write_input(path):
    chance = random.Random(5)
    with open(path, "w", encoding="utf-8") as file:
        for i in range(ROWS):
            second = i // 10
            file.write(json.dumps({
                "id": i, "card": f"card{chance.randrange(50)}",
                "amount": chance.randrange(1000) / 4,
                "ts": f"2024-01-01 00:{second // 60:02}:{second % 60:02}"}) + "\n")


def results(folder):
    """Lines that readers see, by table."""
    tables = {}
    for table in sorted(os.listdir(folder)):
        lines = []
        for entry in os.listdir(os.path.join(folder, table)):
            if not entry.startswith((".", "_")):
                with open(os.path.join(folder, table, entry), encoding="utf-8") as file:
                    lines += file.read().splitlines()
        tables[table] = sorted(lines)
    return tables


class Place:
    """A pipeline and the data directories it runs in, one after the other."""

    def __init__(self, millrace, work, name, sql, more=()):
        self.millrace, self.work, self.name, self.more = millrace, work, name, list(more)
        self.out = os.path.join(work, name)
        self.sql = os.path.join(work, name + ".sql")
        with open(self.sql, "w", encoding="utf-8") as file:
            file.write(sql.format(work=work, out=self.out))

    def data(self, number):
        return os.path.join(self.work, f"{self.name}.data{number}")

    def arguments(self, number, shards, *more):
        return [self.millrace, "run", self.sql, "--data-dir", self.data(number), *self.more,
                "-D", f"parallelism.default={shards}", *more]

    def call(self, arguments, code=0):
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=240, check=False)
        if done.returncode != code:
            fail(f"{arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def run_for(self, seconds, arguments, end=signal.SIGTERM):
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True)
        time.sleep(seconds)
        if process.poll() is not None:
            fail(f"{arguments} ended by itself ({process.returncode}): {process.stderr.read()}")
        process.send_signal(end)
        said = process.communicate()[1]
        if end == signal.SIGTERM:
            check(process.returncode == 0, f"{arguments} ended with {process.returncode}: {said}")

    def savepoint(self, number):
        path = os.path.join(self.work, f"{self.name}.saved{number}")
        self.call([self.millrace, "savepoint", self.data(number), "--to", path])
        verified = self.call([self.millrace, "state", "verify", path])
        check("sound" in verified, verified)
        return path


def rescale(place, seconds, between=lambda number: None):
    """The whole way; the last one runs to the end."""
    more = []
    for number, shards in enumerate(SHARDS):
        arguments = place.arguments(number, shards, *more)
        if number == len(SHARDS) - 1:
            return place.call(arguments)
        place.run_for(seconds, arguments)
        more = ["--from", place.savepoint(number)]
        between(number)
    return ""


def files(millrace, work):
    calm = Place(millrace, work, "calm", SQL)
    calm.call(calm.arguments(0, 1))
    expected = results(calm.out)
    check(all(len(lines) > 4000 for lines in expected.values()), str(
        {table: len(lines) for table, lines in expected.items()}))
    scaled = Place(millrace, work, "scaled", SQL)
    said = rescale(scaled, 1.2)
    check("resuming" in said, said)
    for table, lines in results(scaled.out).items():
        check(lines == expected[table], f"{table} differs after 1 -> 2 -> 4 -> 1")
    return expected


def running(millrace, work, expected):
    """The savepoint is of a run that goes on, and is then killed."""
    place = Place(millrace, work, "running", SQL)
    process = subprocess.Popen(place.arguments(0, 2), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    time.sleep(1.2)
    saved = place.savepoint(0)
    time.sleep(1.0)
    check(process.poll() is None, "the run ended before it was killed")
    process.kill()
    process.wait()
    again = place.arguments(1, 4, "-D", "execution.savepoint.path=" + saved)
    said = place.call(again, code=3)
    check("MR0723" in said, said)
    said = place.call([*again, "--allow-rewind"])
    check("taken back" in said, said)
    for table, lines in results(place.out).items():
        check(lines == expected[table], f"{table} differs after a savepoint of a running pipeline")


def killed(place, arguments):
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.0)
    check(process.poll() is None, f"{arguments} ended before it was killed")
    process.kill()
    process.wait()


def more_shards(millrace, work, expected):
    """The savepoint knows nothing of shards that wrote behind it."""
    place = Place(millrace, work, "more", SQL)
    killed(place, place.arguments(0, 1))
    saved = place.savepoint(0)
    killed(place, place.arguments(0, 3))
    place.call(place.arguments(1, 1, "--from", saved, "--allow-rewind"))
    for table, lines in results(place.out).items():
        check(lines == expected[table], f"{table} differs after more shards were given up")


def fewer_shards(millrace, work, expected):
    place = Place(millrace, work, "fewer", SQL)
    killed(place, place.arguments(0, 3))
    killed(place, place.arguments(0, 1))
    place.call(place.arguments(0, 1, "--fresh"))
    for table, lines in results(place.out).items():
        check(lines == expected[table], f"{table} differs after --fresh with fewer shards")


def topics(millrace, work):
    """The topics of the embedded log lie in the data directory, so they go along. Rows come in
    parts, one for each parallelism."""
    place = Place(millrace, work, "topics", TOPICS, more=["--local"])
    part = ROWS // len(SHARDS)
    more = []
    for number, shards in enumerate(SHARDS):
        data = place.data(number)
        source = os.path.join(work, f"events{number}.json")
        with open(source, "w", encoding="utf-8") as file:
            for i in range(number * part, (number + 1) * part):
                second = i // 10
                file.write(json.dumps({"id": i, "card": f"card{i % 37}",
                                       "ts": f"2024-01-01 00:{second // 60:02}:{second % 60:02}"}))
                file.write("\n")
        place.call([millrace, "produce", place.sql, "events", source, "--local",
                    "--data-dir", data])
        # Every partition has a card of 37 rows that follow one another, so it is over with all rows
        # but those of the last seconds.
        wanted = (number + 1) * part - 70
        process = subprocess.Popen(place.arguments(number, shards, *more),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 120
        # Who reads topics that no run has open would keep the run from opening them.
        while not os.path.exists(os.path.join(data, "run.json")) and process.poll() is None:
            time.sleep(0.05)
        while len(counted(place, data)) < wanted:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                fail(f"{len(counted(place, data))} of {wanted} rows: {process.stderr.read()}")
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        process.communicate()
        if number + 1 < len(SHARDS):
            more = ["--from", place.savepoint(number)]
            shutil.copytree(os.path.join(data, "topics"),
                            os.path.join(place.data(number + 1), "topics"))
    seen = {}
    for row in sorted(counted(place, place.data(len(SHARDS) - 1)), key=lambda row: row["id"]):
        seen.setdefault(row["card"], []).append(row["n"])
    for card, counts in seen.items():
        # Rows of one second are counted together; 37 cards come in turn, so there is one each.
        check(counts == list(range(1, len(counts) + 1)), f"{card}: {counts}")


def counted(place, data):
    said = subprocess.run([place.millrace, "consume", place.sql, "counts", "--local", "--data-dir",
                           data, "--no-wait", "--format", "json"],
                          capture_output=True, text=True, timeout=120, check=False)
    return [json.loads(line) for line in said.stdout.splitlines()] if said.returncode == 0 else []


def main():
    millrace = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as work:
        write_input(os.path.join(work, "payments.json"))
        expected = files(millrace, work)
        running(millrace, work, expected)
        more_shards(millrace, work, expected)
        fewer_shards(millrace, work, expected)
        topics(millrace, work)
    print("1 -> 2 -> 4 -> 1 shards from savepoints: output as of one run")


if __name__ == "__main__":
    main()
