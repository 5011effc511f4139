#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exactly once into topics of --local: killed again and again, a reader sees every row once.

Usage: local_exactly_once_test.py PATH_TO_MILLRACE
Two sinks, one with a key and one without, in one pipeline over keyed state; SIGKILL at random. What
`millrace consume` then reads equals a run without kills.
"""
import collections
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

ROWS = 200_000
KILLS = 8

PIPELINE = """
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE payments (id BIGINT, card STRING, parts BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{dir}/payments.json', 'format' = 'json');
CREATE TABLE shares (id BIGINT, card STRING, share BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'shares', 'properties.bootstrap.servers' = 'none:9092',
      'key.format' = 'raw', 'key.fields' = 'card', 'format' = 'json',
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
      'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'shop');
CREATE TABLE seen (card STRING, n BIGINT) WITH ('connector' = 'kafka', 'topic' = 'seen',
      'properties.bootstrap.servers' = 'none:9092', 'format' = 'json',
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
      'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'shop');
EXECUTE STATEMENT SET BEGIN
INSERT INTO shares SELECT id, card, 100 / parts FROM payments;
INSERT INTO seen SELECT card, COUNT(*) OVER (PARTITION BY card ORDER BY t)
  FROM (SELECT card, PROCTIME() AS t FROM payments);
END;
"""


def fail(message):
    print("FAILED: " + message)
    sys.exit(1)


def write_input(path):
    with open(path, "w", encoding="utf-8") as file:
        for i in range(ROWS):
            parts = 0 if i % 1000 == 999 else i % 7 + 1
            file.write(json.dumps({"id": i, "card": f"card{i % 97}", "parts": parts}) + "\n")


def consume(millrace, sql, data, table):
    done = subprocess.run(
        [millrace, "consume", sql, table, "--local", "--data-dir", data, "--format", "json",
         "--no-wait"], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        fail(f"consume {table}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_finished(data):
    path = os.path.join(data, "run.json")
    if not os.path.exists(path):
        return False
    with open(path, encoding="utf-8") as file:
        return json.load(file)["run"]["state"] == "finished"


def run(millrace, work, name, kills, seed):
    sql = os.path.join(work, name + ".sql")
    with open(sql, "w", encoding="utf-8") as file:
        file.write(PIPELINE.format(dir=work))
    data = os.path.join(work, name + ".data")
    chance = random.Random(seed)
    killed = 0
    while True:
        process = subprocess.Popen([millrace, "run", sql, "--local", "--data-dir", data, "--quiet"],
                                   stderr=subprocess.PIPE, text=True)
        if killed < kills:
            time.sleep(chance.uniform(0.1, 0.4))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
        _, text = process.communicate(timeout=120)
        if process.returncode == 0:
            break
        if process.returncode != -signal.SIGKILL:
            fail(f"{name}: it ended with {process.returncode}: {text}")
        killed += 1
        if is_finished(data):  # killed behind its end: another start would be another run
            break
    return sql, data, killed


def main():
    millrace = os.path.abspath(sys.argv[1])
    seed = int(os.environ.get("SEED", random.randrange(10**9)))
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as work:
        write_input(os.path.join(work, "payments.json"))
        sql, data, killed = run(millrace, work, "killed", KILLS, seed)
        ids = collections.Counter(row["id"] for row in consume(millrace, sql, data, "shares"))
        twice = [key for key, count in ids.items() if count > 1]
        missing = [i for i in range(ROWS) if i % 1000 != 999 and i not in ids]
        if twice or missing or len(ids) != ROWS - ROWS // 1000:
            letters = os.path.join(data, "dead-letters", "payments.jsonl")
            with open(letters, encoding="utf-8") as file:
                crashes = [line for line in file if '"stage": "crash"' in line]
            fail(f"shares: {len(twice)} rows twice, {len(missing)} missing {missing[:3]}, "
                 f"{len(ids)} in all; put aside: {crashes}")
        rows = collections.Counter((row["card"], row["n"])
                                   for row in consume(millrace, sql, data, "seen"))
        expected = {(f"card{card}", n) for card in range(97)
                    for n in range(1, len(range(card, ROWS, 97)) + 1)}
        if set(rows) != expected or max(rows.values()) != 1:
            fail(f"seen: {len(rows)} rows, {len(expected)} expected, {max(rows.values())} times")
        print(f"{killed} kills: {ROWS} rows, each once in both topics of --local")


if __name__ == "__main__":
    main()
