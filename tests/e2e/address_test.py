#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The name of a webhook's receiver gets another address while rows wait: they go there, each once.

Usage: address_test.py PATH_TO_MILLRACE
The program has a file of hosts of its own, mounted in the place of the system's.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from receiver import Receiver  # pylint: disable=wrong-import-position

ROWS = 3000
SECONDS = 120
SQL = """
SET 'execution.checkpointing.interval' = '20 ms';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1500',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '{rows}');
CREATE TABLE hook (n BIGINT) WITH ('connector' = 'webhook', 'url' = 'http://receiver.test:{port}/',
  'format' = 'json', 'timeout' = '1 s', 'retry-backoff' = '20 ms', 'retry-backoff.max' = '100 ms',
  'max-retries' = '100000', 'circuit-breaker.cooldown' = '100 ms');
INSERT INTO hook SELECT n FROM numbers;
"""


def expect(condition, *shown):
    if not condition:
        sys.exit("FAILED: " + " ".join(str(one) for one in shown))


def main():
    millrace = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        first = Receiver()
        second = Receiver(address=("127.0.0.2", first.port))
        hosts = work / "hosts"
        hosts.write_text("127.0.0.1 localhost receiver.test\n", encoding="utf-8")
        (work / "hook.sql").write_text(SQL.format(rows=ROWS, port=first.port), encoding="utf-8")
        process = subprocess.Popen(
            ["unshare", "--map-root-user", "--mount", "sh", "-c",
             'mount --bind "$0" /etc/hosts && exec "$@"', hosts, millrace, "run",
             work / "hook.sql", "--data-dir", work / "data", "--quiet"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + SECONDS
        while first.keys() < 100 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        expect(process.poll() is None and first.keys() >= 100, "it does not begin", first.keys())
        first.vanish()
        time.sleep(0.3)
        hosts.write_text("127.0.0.1 localhost\n127.0.0.2 receiver.test\n", encoding="utf-8")
        _, errors = process.communicate(timeout=SECONDS)
        expect(process.returncode == 0, errors)
        expect(second.keys() > 0, "nothing came to the new address")
        keys = set(first.bodies) | set(second.bodies)
        bodies = {body for receiver in (first, second) for all_of in receiver.bodies.values()
                  for body in all_of}
        expect(len(keys) == ROWS and len(bodies) == ROWS, len(keys), "keys", len(bodies), "bodies")
        print(f"{first.keys()} rows came to the first address, {second.keys()} to the other")


if __name__ == "__main__":
    main()
