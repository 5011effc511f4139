#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Poison records leave with their bytes, place and reason, and come in again after the fix.

Usage: dead_letters_test.py PATH_TO_MILLRACE [ROWS]
One record in a hundred is bad, in five ways: for the format, an operator or a model. Every one is a
dead letter, the accounts close, and after the pipeline was mended a replay brings in what can be:
once, and what cannot is told again under the same id. An endless pipeline takes a replay while it
runs. A webhook's refused message is sent again under its key. A place for dead letters that cannot
be written stops the pipeline.
"""
import collections
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from receiver import Receiver  # pylint: disable=wrong-import-position

PIPELINE = """
CREATE TABLE payments (id BIGINT, amount {amount_type}, parts BIGINT, big BIGINT, x DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{dir}/payments.json', 'format' = 'json');
CREATE TABLE shares (id BIGINT, share DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{dir}/shares', 'format' = 'csv');
CREATE MODEL logarithm INPUT (x FLOAT) OUTPUT (y FLOAT)
WITH ('provider' = 'onnx', 'path' = '{model}', 'fail-on-non-finite' = 'true');
CREATE VIEW wanted AS SELECT id, amount, parts, CAST({big} AS BIGINT) AS big,
  CAST({x} AS FLOAT) AS x FROM payments WHERE id % 2 = 0 OR id % 100 = 99;
INSERT INTO shares SELECT id, {share} + CAST(big AS DOUBLE) * 0 + y * 0
FROM ML_PREDICT(TABLE wanted, MODEL logarithm, DESCRIPTOR(x));
"""
MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../models/data/logarithm.onnx")
# A record in a hundred is bad, in one of these ways.
KINDS = ("not json", "comma", "zero", "large", "negative")
BROKEN = {"amount_type": "DOUBLE", "share": "CAST(1000 / parts AS DOUBLE) * amount",
          "big": "CAST(CAST(big AS STRING) AS INT)", "x": "x", "model": MODEL}
MENDED = {"amount_type": "STRING", "big": "big", "x": "ABS(x)", "model": MODEL,
          "share": "COALESCE(CAST(1000 / NULLIF(parts, 0) AS DOUBLE), 0)"
                   " * CAST(REPLACE(amount, ',', '.') AS DOUBLE)"}


def fail(message):
    print("FAILED: " + message)
    sys.exit(1)


def equal(found, expected, what):
    if found != expected:
        fail(f"{what}: {found}, expected {expected}")


def run(*arguments, status=0):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False)
    if status is not None and done.returncode != status:
        fail(f"{' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


def write_input(path, rows):
    kinds = collections.Counter()
    with open(path, "w", encoding="utf-8") as file:
        for i in range(rows):
            row = {"id": i, "amount": i / 4, "parts": 10, "big": i, "x": 1.5}
            kind = ""
            if i % 100 == 99:
                kind = KINDS[i // 100 % len(KINDS)]
            kinds[kind] += 1
            if kind == "not json":
                file.write(f"{{\"id\": {i}, broken\n")
                continue
            if kind == "comma":
                row["amount"] = f"{i},5"
            if kind == "zero":
                row["parts"] = 0
            if kind == "large":
                row["big"] = 2**40
            if kind == "negative":
                row["x"] = -1.5
            file.write(json.dumps(row) + "\n")
    return kinds


def ids_of(directory):
    ids = []
    for name in os.listdir(directory):
        if not name.startswith("."):
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                ids += [int(line.split(",")[0]) for line in file]
    return sorted(ids)


class Dlq:
    def __init__(self, millrace, data_dir):
        self.millrace = millrace
        self.data_dir = data_dir

    def __call__(self, verb, *arguments, status=0):
        return run(self.millrace, "dlq", verb, "--data-dir", self.data_dir, *arguments,
                   status=status)

    def counts(self, *arguments):
        lines = self("list", "--json", *arguments).stdout.splitlines()
        return [json.loads(line) for line in lines]


def closes(report):
    with open(report, encoding="utf-8") as file:
        accounting = json.load(file)["jobs"][0]["accounting"]
    total = sum(accounting[key] for key in ("out", "filtered", "dead_lettered", "late"))
    equal(accounting["in"], total, f"in = out + filtered + dead letters + late, {accounting}")
    return accounting


def bounded(millrace, work, rows):
    kinds = write_input(os.path.join(work, "payments.json"), rows)
    data = os.path.join(work, "data")
    report = os.path.join(work, "report.json")
    sql = os.path.join(work, "p.sql")

    def run_pipeline(version, *arguments):
        with open(sql, "w", encoding="utf-8") as file:
            file.write(PIPELINE.format(dir=work, **version))
        run(millrace, "run", sql, "--data-dir", data, "--report", report, *arguments)
        return closes(report)

    begin = time.monotonic()
    accounting = run_pipeline(BROKEN)
    seconds = time.monotonic() - begin
    bad = sum(kinds[kind] for kind in KINDS)
    mended = bad - kinds["not json"]
    equal(accounting["dead_lettered"], bad, "dead letters")
    dlq = Dlq(millrace, data)
    with open(os.path.join(data, "dead-letters/payments.jsonl"), encoding="utf-8") as file:
        letters = [json.loads(line) for line in file]
    equal(len({letter["id"] for letter in letters}), bad, "ids")
    with open(os.path.join(work, "payments.json"), "rb") as file:
        source = file.read()
    for letter in letters:
        at = int(letter["position"].removeprefix("byte "))
        raw = letter["raw"].encode()
        has_code = letter.get("code") or letter["stage"] == "inference"
        if source[at:at + len(raw)] != raw or not letter["reason"] or not has_code:
            fail(f"a letter does not tell its record: {letter}")
    equal(collections.Counter(letter["stage"] for letter in letters),
          {"decode": kinds["not json"] + kinds["comma"],
           "processing": kinds["zero"] + kinds["large"], "inference": kinds["negative"]}, "stages")
    equal(sum(int(row["new"]) for row in dlq.counts()), bad, "new letters")
    equal(dlq("replay", status=1).returncode, 1, "a replay of nothing named")

    before = ids_of(os.path.join(work, "shares"))
    dlq("replay", "--all")
    accounting = run_pipeline(MENDED, "--replays-only")
    equal(accounting["in"], bad, "replayed records")
    equal(accounting["dead_lettered"], kinds["not json"], "what cannot be mended")
    after = ids_of(os.path.join(work, "shares"))
    expected = [i for i in range(rows) if i % 2 == 0 or i % 100 == 99]
    expected = [i for i in expected if i % 100 != 99 or i // 100 % len(KINDS) != 0]
    equal(len(after) - len(before), mended, "rows that came by the replay")
    equal(after, expected, "all rows")
    states = collections.Counter()
    for row in dlq.counts():
        for state in ("new", "review", "replayed", "dropped"):
            states[state] += int(row[state])
    equal(states, {"new": kinds["not json"], "replayed": mended,
                   "review": 0, "dropped": 0}, "states")
    # Nothing is replayed twice, and nothing comes in again by itself.
    equal(run_pipeline(MENDED, "--replays-only")["in"], 0, "replays that were done")
    dlq("replay", "--all", "--state", "replayed", status=1)
    one = json.loads(dlq("list", "--letters", "--json", "--state", "new").stdout.splitlines()[0])
    equal(one["times"], "2", "times of a letter that came again")
    dlq("review", "--id", one["id"])
    whole = json.loads(dlq("show", "--id", one["id"], "--json").stdout)
    equal((whole["state"], whole["stage"]), ("review", "decode"), "state of a letter")
    dlq("drop", "--where-like", "%broken%", "--table", "payments")
    equal(sum(int(row["dropped"]) for row in dlq.counts()), kinds["not json"], "dropped letters")
    dlq("replay", "--all", "--again", "--id", letters[1]["id"])
    print(f"{rows} records, {bad} bad: {seconds:.1f} s; all in dead letters, replayed; the "
          "accounts close")


ENDLESS = """
CREATE TABLE s (n BIGINT, v BIGINT) WITH ('connector' = 'filesystem', 'path' = '{dir}/in',
  'format' = 'json', 'source.monitor-interval' = '50 ms');
CREATE TABLE hook (n BIGINT, v BIGINT) WITH ('connector' = 'webhook',
  'url' = 'http://127.0.0.1:{port}/', 'format' = 'json', 'body' = '{{{{n}}}}',
  'max-retries' = '0');
INSERT INTO hook SELECT n, 10 / v FROM s;
"""


def wait_for(what, condition):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    fail("it never happened: " + what)


def endless(millrace, work):
    """Replays into a running pipeline; a message that was given up goes out under its key."""
    receiver = Receiver(faults=1.0)
    receiver.hang_seconds = 0
    refused = []
    take = receiver.take

    def refuse(handler, key, body):
        if receiver.faults == 0:
            return take(handler, key, body)
        refused.append(key)
        handler.send_response(400)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return None

    receiver.take = refuse
    os.mkdir(os.path.join(work, "in"))
    with open(os.path.join(work, "in", "a.json"), "w", encoding="utf-8") as file:
        file.write('{"n": 1, "v": 2}\n{"n": 2, "v": 0}\n')
    sql = os.path.join(work, "endless.sql")
    with open(sql, "w", encoding="utf-8") as file:
        file.write(ENDLESS.format(dir=work, port=receiver.port))
    data = os.path.join(work, "endless.data")
    process = subprocess.Popen([millrace, "run", sql, "--data-dir", data, "--quiet"])
    dlq = Dlq(millrace, data)
    wait_for("two letters",
             lambda: os.path.isdir(data) and sum(int(row["new"]) for row in dlq.counts()) == 2)
    receiver.faults = 0
    dlq("replay", "--stage", "delivery")
    wait_for("the message goes out again", lambda: receiver.keys() == 1)
    equal(list(receiver.bodies), refused, "the key of a message that goes out again")
    dlq("replay", "--stage", "processing", "--rate", "10")
    wait_for("the row fails again", lambda: any(
        row["times"] == "2" for row in dlq.counts("--letters", "--stage", "processing")))
    process.send_signal(signal.SIGTERM)
    equal(process.wait(timeout=20), 0, "exit status")
    receiver.stop()
    print("a running pipeline takes replays; a webhook's message keeps its key")


def no_place(millrace, work):
    """G9: letters that cannot be written stop the pipeline; the input is read again afterwards."""
    place = os.path.join(work, "place")
    with open(place, "w", encoding="utf-8"):
        pass
    sql = os.path.join(work, "no_place.sql")
    text = PIPELINE.format(dir=work, **BROKEN)
    text = text.replace("INSERT", "SET 'millrace.table.payments.dead-letter.path' = "
                        f"'{place}/letters.jsonl';\nINSERT").replace("/shares'", "/shares2'")
    with open(sql, "w", encoding="utf-8") as file:
        file.write(text)
    data = os.path.join(work, "no_place.data")
    done = run(millrace, "run", sql, "--data-dir", data, status=None)
    if done.returncode == 0 or "MR08" not in done.stderr:
        fail(f"letters that cannot be written do not stop it: {done.returncode} {done.stderr}")
    os.remove(place)
    run(millrace, "run", sql, "--data-dir", data)
    with open(os.path.join(place, "letters.jsonl"), encoding="utf-8") as file:
        letters = [json.loads(line)["id"] for line in file]
    equal(len(letters), len(set(letters)), "letters once")
    if not letters:
        fail("no letters after the place was there")
    print("a place that cannot be written stops the pipeline, nothing is lost")


def main():
    millrace = os.path.abspath(sys.argv[1])
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with tempfile.TemporaryDirectory() as work:
        bounded(millrace, work, rows)
        endless(millrace, work)
        no_place(millrace, work)


if __name__ == "__main__":
    main()
