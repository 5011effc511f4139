#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webhooks from the outbox: what was decided is what is sent, whatever dies.

Usage: webhook_outbox_test.py PATH_TO_MILLRACE [SEED]
A program is killed again and again while the receiver answers 429 and 503, applies requests that it
never answers, and goes away: every row arrives, the body of a key is always the same, and a
receiver that knows its keys has every row once. A dead receiver holds up neither epochs nor another
sink, and a full outbox holds up its own branch without losing anything. SIGTERM leaves what is not
delivered for the next start.
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from receiver import Receiver  # pylint: disable=wrong-import-position

ROWS = 20_000
KILLS = 8

# The default body holds the time it was made at: computed again it would be another one.
PIPELINE = """
SET 'execution.checkpointing.interval' = '20 ms';
SET 'parallelism.default' = '{shards}';
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{dir}/payments', 'format' = 'json');
CREATE TABLE alerts ({columns})
WITH ('connector' = 'webhook', 'url' = 'http://127.0.0.1:{port}/', 'format' = 'json',
  'timeout' = '{timeout}', 'retry-backoff' = '5 ms', 'retry-backoff.max' = '50 ms',
  'max-retries' = '100000', 'max-in-flight' = '64', 'circuit-breaker.failures' = '1000',
  'circuit-breaker.cooldown' = '50 ms'{options});
SET 'millrace.table.alerts.delivery' = '{delivery}';
INSERT INTO alerts {query};
"""
STATELESS = ("id BIGINT, amount DOUBLE", "SELECT id, amount FROM payments WHERE amount > 20")
KEYED = ("card STRING, n BIGINT, total DOUBLE, window_start TIMESTAMP(3)",
         """SELECT card, COUNT(*), SUM(amount), window_start
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY card, window_start, window_end""")


def fail(message):
    print("FAILED: " + message)
    sys.exit(1)


def write_input(directory):
    os.mkdir(directory)
    chance = random.Random(7)
    files = [open(os.path.join(directory, f"part{i}.json"), "w", encoding="utf-8")
             for i in range(2)]
    for i in range(ROWS):
        second = i // 100
        row = {"id": i, "card": f"card{chance.randrange(50)}",
               "amount": chance.randrange(10000) / 100,
               "ts": f"2024-01-01 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"}
        files[i % 2].write(json.dumps(row) + "\n")
    for file in files:
        file.close()


def command(millrace, work, name, sql):
    path = os.path.join(work, name + ".sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(sql)
    return [millrace, "run", path, "--data-dir", os.path.join(work, name + ".data"), "--quiet"]


def data_of(body):
    return json.dumps(json.loads(body)["data"], sort_keys=True)


def start(arguments):
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def is_finished(arguments):
    path = os.path.join(arguments[arguments.index("--data-dir") + 1], "run.json")
    if not os.path.exists(path):
        return False
    with open(path, encoding="utf-8") as file:
        return json.load(file)["run"]["state"] == "finished"


def run_with_kills(arguments, kills, chance, pauses):
    """Until it ends by itself. Answers how often it was killed."""
    killed = 0
    while True:
        process = start(arguments)
        try:
            output, _ = process.communicate(
                timeout=chance.uniform(*pauses) if killed < kills else 120)
        except subprocess.TimeoutExpired:
            if killed >= kills:
                fail("it does not end: " + " ".join(arguments))
            process.kill()
            process.communicate()
            killed += 1
            if is_finished(arguments):  # killed behind its end: another start would be another run
                return killed
            continue
        if process.returncode != 0:
            fail(f"ended with {process.returncode}: {output}")
        return killed


def killed_and_misbehaving(millrace, work, seed):
    chance = random.Random(seed)
    for name, (columns, query), shards, delivery, options, pauses in (
            ("stateless", STATELESS, 1, "decided", "", (0.15, 0.9)),
            ("keyed", KEYED, 1, "decided", ", 'key' = 'card'", (0.05, 0.3)),
            ("shards", STATELESS, 2, "decided", "", (0.15, 0.9)),
            ("at_once", STATELESS, 1, "at-least-once", "", (0.1, 0.6))):
        calm = Receiver()
        text = {"dir": work, "columns": columns, "query": query, "shards": shards,
                "delivery": delivery, "options": options}
        run_with_kills(
            command(millrace, work, name + "_calm",
                    PIPELINE.format(port=calm.port, timeout="30 s", **text)), 0, chance, (1, 1))
        calm.stop()
        expected = sorted(data_of(body) for bodies in calm.bodies.values() for body in bodies)
        if max(calm.times.values()) != 1 or len(calm.bodies) != len(expected):
            fail(f"{name}: a calm run delivers more than once")

        receiver = Receiver(faults=0.02, seed=seed)
        stop = threading.Event()

        def go_away_and_come_back(receiver=receiver, stop=stop):
            while not stop.wait(0.7):
                receiver.die()
                time.sleep(0.2)
                receiver.start()

        away = threading.Thread(target=go_away_and_come_back)
        away.start()
        arguments = command(millrace, work, name,
                            PIPELINE.format(port=receiver.port, timeout="300 ms", **text))
        killed = run_with_kills(arguments, KILLS, chance, pauses)
        stop.set()
        away.join()
        receiver.stop()
        several = [key for key, bodies in receiver.bodies.items() if len(bodies) > 1]
        if several and delivery == "decided":
            fail(f"{name}: {len(several)} keys came with several bodies, e.g. "
                 f"{receiver.bodies[several[0]]}")
        once = sorted({data_of(body) for body in bodies}.pop()
                      for bodies in receiver.bodies.values())
        if once != expected:
            fail(f"{name}: {len(once)} rows by key, {len(expected)} in a calm run")
        again = sum(receiver.times.values()) - len(receiver.times)
        print(f"{name}: {killed} kills, {len(once)} rows, {again} deliveries more than once, "
              f"{dict(receiver.refused)} refused; each key with one body: {not several}")


TWO_SINKS = """
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE s (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '2000',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000000');
CREATE TABLE dead (n BIGINT) WITH ('connector' = 'webhook', 'url' = 'http://127.0.0.1:{port}/',
  'format' = 'json', 'retry-backoff' = '10 ms', 'retry-backoff.max' = '100 ms',
  'max-retries' = '100000', 'circuit-breaker.cooldown' = '100 ms', 'body' = '{{{{n}}}}');
CREATE TABLE alive (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv');
{settings}
EXECUTE STATEMENT SET BEGIN
INSERT INTO dead SELECT n FROM s WHERE n % 10 = 0;
INSERT INTO alive SELECT n FROM s;
END;
"""


def metric(address, name, **labels):
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    for line in text.splitlines():
        if line.startswith("millrace_" + name + "{") and all(
                f'{key}="{value}"' in line for key, value in labels.items()):
            return float(line.rsplit(" ", 1)[1])
    return None


def wait_for(what, seconds, condition):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    fail("it never happened: " + what)


def listening(process):
    for line in process.stdout:
        found = re.search(r"http://(127\.0\.0\.1:\d+)", line)
        if found:
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found.group(1)
    fail("it does not say where it listens")
    return None


def dead_receiver(millrace, work):
    receiver = Receiver()
    receiver.die()
    name = "two"
    out = os.path.join(work, "alive")
    arguments = command(millrace, work, name,
                        TWO_SINKS.format(port=receiver.port, out=out, settings=""))
    arguments.remove("--quiet")
    process = start(arguments + ["--listen", "127.0.0.1:0"])
    address = listening(process)
    epochs = metric(address, "epochs_total") or 0
    wait_for("rows wait in the outbox", 20, lambda: (metric(address, "outbox_messages") or 0) > 300)
    wait_for("an age", 5, lambda: metric(address, "outbox_oldest_seconds", table="dead") > 0.5)
    if metric(address, "epochs_total") <= epochs + 10:
        fail("a dead receiver holds up epochs")
    if metric(address, "sink_rows_total", table="alive") < 3000:
        fail("a dead receiver holds up another sink")
    covers = metric(address, "outbox_covers_seconds", table="dead")
    if not covers or covers < 1000:
        fail(f"the outbox says that it covers {covers} s")
    # What is not delivered stays when somebody stops the program, and goes out at the next start.
    process.send_signal(signal.SIGTERM)
    if process.wait(timeout=20) != 0:
        fail("SIGTERM does not end it well")
    receiver.start()
    process = start(arguments + ["--listen", "127.0.0.1:0"])
    address = listening(process)
    wait_for("the rest arrives", 20, lambda: receiver.keys() > 300)
    wait_for("the outbox is empty", 20, lambda: metric(address, "outbox_messages") < 100)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    receiver.stop()
    rows = sorted(int(body) for bodies in receiver.bodies.values() for body in bodies)
    if rows != list(range(10, rows[-1] + 1, 10)) or max(map(len, receiver.bodies.values())) > 1:
        fail("rows are missing or came under several keys")
    print(f"dead receiver: epochs and the other sink went on, {len(rows)} rows arrived afterwards; "
          f"256 MB cover {covers / 3600:.1f} h at the rate of then")


def full_outbox(millrace, work):
    receiver = Receiver()
    receiver.die()
    out = os.path.join(work, "alive_full")
    settings = "SET 'millrace.table.dead.outbox.max-bytes' = '64 kb';"
    arguments = command(millrace, work, "full",
                        TWO_SINKS.format(port=receiver.port, out=out, settings=settings))
    arguments.remove("--quiet")
    process = start(arguments + ["--listen", "127.0.0.1:0"])
    address = listening(process)
    wait_for("it is full", 20, lambda: (metric(address, "outbox_bytes") or 0) >= 65536)
    time.sleep(0.5)
    if metric(address, "outbox_bytes") > 65536 * 2:
        fail("a full outbox grows")
    receiver.start()
    before = receiver.keys()
    wait_for("it goes on", 20, lambda: receiver.keys() > before + 600)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    receiver.stop()
    rows = sorted(int(body) for bodies in receiver.bodies.values() for body in bodies)
    if rows != list(range(10, rows[-1] + 1, 10)):
        fail("rows are missing behind a full outbox")
    print(f"full outbox: the pipeline waited and went on, {len(rows)} rows without a gap")


def main():
    millrace = os.path.abspath(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as work:
        write_input(os.path.join(work, "payments"))
        dead_receiver(millrace, work)
        full_outbox(millrace, work)
        killed_and_misbehaving(millrace, work, seed)


if __name__ == "__main__":
    main()
