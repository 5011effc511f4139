#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills for some minutes: a keyed exactly-once pipeline on a real broker behind a proxy is killed
and stopped, its broker killed and restarted, its connections cut, and what a read_committed reader
sees at the end is compared with the oracle.

Usage: chaos.py PATH_TO_MILLRACE [MINUTES [SEED [FAULT...]]]
Which fault comes when follows from the seed, which is printed. Faults are the names in FAULTS, in
the proportions given.
"""
import collections
import json
import os
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402

parts.run_with_client()
from broker import Broker, Listener, free_ports  # noqa: E402
from case import Running  # noqa: E402
from client import Client  # noqa: E402
from exactly_once import Counts, key_rows, keyed_counts  # noqa: E402
from proxy import Toxiproxy  # noqa: E402

KEYS = 100
ROWS_PER_SECOND = 1000
TIMEOUT_MS = 5000  # of transactions
RECOVERY_SECONDS_MAX = 120
FAULTS = ["kill", "kill", "kill", "stop", "broker-kill", "broker-restart", "cut", "cut"]
BROKER_SETTINGS = {"transaction.abort.timed.out.transaction.cleanup.interval.ms": "500"}


class Feeder(threading.Thread):
    """Writes rows all the time, also those that had to wait for the broker."""

    def __init__(self, client):
        super().__init__()
        self.client = client
        self.written = 0
        self.ended = False

    def run(self):
        producer = self.client.producer(**{"enable.idempotence": True, "message.timeout.ms": 0})
        while not self.ended:
            for value in key_rows(range(self.written, self.written + ROWS_PER_SECOND // 10), KEYS):
                while True:
                    try:
                        producer.produce("in", value)
                        break
                    except BufferError:
                        producer.poll(0.1)
                self.written += 1
            producer.poll(0)
            time.sleep(0.1)
        producer.flush()


class Chaos:
    def __init__(self, program, seconds, seed, kinds):
        self.kinds = kinds
        self.program = program
        self.seconds = seconds
        self.chance = random.Random(seed)
        self.directory = tempfile.TemporaryDirectory(prefix="millrace-chaos-")
        self.work = pathlib.Path(self.directory.name)
        self.toxiproxy = Toxiproxy().__enter__()
        port = free_ports(1)[0]
        self.broker = Broker(settings=BROKER_SETTINGS,
                             listeners={"PROXIED": Listener("PLAINTEXT", advertised=port)})
        self.proxy = self.toxiproxy.proxy("kafka", port, self.broker.addresses["PROXIED"])
        self.client = Client(self.broker.address)
        self.client.create("in", 4)
        self.client.create("out", 4)
        (self.work / "p.sql").write_text(
            keyed_counts(self.proxy.address, "in", "out", timeout_ms=TIMEOUT_MS))
        self.process = None
        self.runs = 0
        self.survived = collections.Counter()
        self.worst_recovery = 0.0

    def start(self):
        self.runs += 1
        self.process = Running(
            [self.program, "run", str(self.work / "p.sql"), "--data-dir", str(self.work / "data")],
            self.work / f"run{self.runs}")

    def progress(self):
        return self.client.count("out")

    def await_progress(self, since):
        """Until more is written than before the fault; the time it took."""
        began = time.monotonic()
        while self.progress() <= since:
            if self.process.poll() is not None:
                raise AssertionError("the pipeline ended: " + self.process.said())
            if time.monotonic() - began > RECOVERY_SECONDS_MAX:
                raise AssertionError("no progress: " + self.process.said())
            time.sleep(0.05)
        self.worst_recovery = max(self.worst_recovery, time.monotonic() - began)

    def kill(self):
        self.process.kill()
        since = self.progress()
        self.start()
        return since

    def stop(self):
        os.kill(self.process.pid, signal.SIGSTOP)
        time.sleep(self.chance.choice([1, TIMEOUT_MS / 1000 + 2]))
        since = self.progress()
        os.kill(self.process.pid, signal.SIGCONT)
        return since

    def broker_away(self, end):
        since = self.progress()
        end()
        time.sleep(self.chance.random() * 3)
        self.broker.start()
        return since

    def cut(self):
        """The network: gone for a while, resetting, or ending connections inside an answer."""
        seconds = self.chance.random() * 4
        toxic = self.chance.choice([None, ("reset_peer", {"timeout": 100}), ("timeout", {}),
                                    ("limit_data", {"bytes": self.chance.randrange(1, 20000)})])
        if toxic is None:
            self.proxy.set_enabled(False)
            time.sleep(seconds)
            since = self.progress()
            self.proxy.set_enabled(True)
        else:
            stream = self.chance.choice(["downstream", "upstream"])
            name = self.proxy.add(toxic[0], stream, **toxic[1])
            time.sleep(seconds)
            since = self.progress()
            self.proxy.remove(name)
        return since

    def disturb(self):
        fault = self.chance.choice(self.kinds)
        since = {"kill": self.kill, "stop": self.stop, "cut": self.cut,
                 "broker-kill": lambda: self.broker_away(self.broker.kill),
                 "broker-restart": lambda: self.broker_away(self.broker.terminate)}[fault]()
        self.await_progress(since)
        self.survived[fault] += 1

    def run(self):
        self.start()
        feeder = Feeder(self.client)
        feeder.start()
        try:
            self.await_progress(0)
            end = time.monotonic() + self.seconds
            while time.monotonic() < end:
                time.sleep(self.chance.random() * 3)
                self.disturb()
        finally:
            feeder.ended = True
            feeder.join()
        return self.compare(feeder.written)

    def compare(self, written):
        # The oracle is what the input topic holds, which outlives its broker.
        rows = [json.loads(record.value) for record in self.client.read("in")]
        repeated = len(rows) - len({row["v"] for row in rows})
        wanted = collections.Counter(row["k"] for row in rows)
        end = time.monotonic() + RECOVERY_SECONDS_MAX
        while True:
            counts = Counts(self.client.read("out"), wanted)
            if counts.lost == 0 or time.monotonic() > end:
                break
            time.sleep(1)
        if self.process.stop() != 0:
            raise AssertionError(self.process.said())
        counts = Counts(self.client.read("out"), wanted)
        print("  " + ", ".join(f"{count} x {name}" for name, count in
                               sorted(self.survived.items())))
        print(f"  {written} rows written, {repeated} of them twice in the input; "
              f"{counts.counted_twice} counted twice, {counts.disordered} keys out of order")
        print(f"events in {len(rows)}, events out {counts.events_out}, "
              f"duplicates {counts.duplicates}, lost {counts.lost}, "
              f"kills survived {sum(self.survived.values())}, "
              f"worst recovery {self.worst_recovery:.1f} s", flush=True)
        return counts.is_right()

    def close(self):
        if self.process is not None:
            self.process.kill()
        self.broker.stop()
        self.toxiproxy.__exit__()
        self.directory.cleanup()


def main():
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    print(f"{minutes:g} minutes of chaos, seed {seed}", flush=True)
    kinds = sys.argv[4:] or FAULTS
    chaos = Chaos(os.path.abspath(sys.argv[1]), minutes * 60, seed, kinds)
    try:
        right = chaos.run()
    finally:
        chaos.close()
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
