# SPDX-License-Identifier: Apache-2.0
"""What the tests of this folder share: a test case that runs programs against one broker, which all
cases of a script use; each has topics of its own."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

WAIT_SECONDS = 120
MILLRACE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""


class Running:
    """A program that was started; what it says goes to files, so that it can be read meanwhile."""

    def __init__(self, arguments, place, environment=None):
        self.place = place
        self.place.mkdir(parents=True, exist_ok=True)
        with self.output().open("wb") as out, self.error_file().open("wb") as err:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=err, env=environment)
        self.pid = self.process.pid

    def output(self):
        return self.place / "stdout.txt"

    def error_file(self):
        return self.place / "stderr.txt"

    def said(self):
        return self.output().read_text() + self.error_file().read_text()

    def poll(self):
        return self.process.poll()

    def kill(self):
        """SIGKILL, as far as it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; answers the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        return self.process.wait(WAIT_SECONDS)

    def ask(self, path):
        """(status, answer) of its HTTP door, which `--listen 127.0.0.1:0` opened."""
        found = re.search(r"listening on (http://\S+:\d+)", self.said())
        if found is None:
            return 0, {}
        try:
            with urllib.request.urlopen(found[1] + path, timeout=WAIT_SECONDS) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    # What it uses now, from /proc.

    def descriptors(self):
        """Open ones but for files: state on the disk is kept in more of them as time goes by."""
        opened = 0
        folder = f"/proc/{self.pid}/fd"
        for name in os.listdir(folder):
            try:
                opened += not os.readlink(f"{folder}/{name}").startswith("/")
            except FileNotFoundError:
                pass  # closed meanwhile
        return opened

    def _status(self, name):
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1])

    def threads(self):
        return self._status("Threads")

    def resident_bytes(self):
        return self._status("VmRSS") * 1024

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class KafkaCase(unittest.TestCase):
    maxDiff = None
    broker = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="millrace-kafka-test-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)
        self.topic = self._testMethodName.replace("test_", "")
        self.running = []
        self.addCleanup(self.kill_all)

    def run(self, result=None):
        began = time.monotonic()
        super().run(result)
        print(f"  {self._testMethodName}: {time.monotonic() - began:.1f} s", flush=True)

    def kill_all(self):
        for process in self.running:
            process.kill()

    def arguments(self, sql, name="p", *extra):
        path = self.work / (name + ".sql")
        path.write_text(sql)
        return [MILLRACE, "run", str(path), "--data-dir", str(self.work / (name + ".data")), *extra]

    def run_sql(self, sql, name="p", expect=0, timeout=WAIT_SECONDS, extra=()):
        done = subprocess.run(self.arguments(sql, name, *extra), capture_output=True, text=True,
                              timeout=timeout, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout if expect == 0 else done.stdout + done.stderr

    def start(self, arguments, environment=None):
        process = Running(arguments, self.work / f"run{len(self.running)}", environment)
        self.running.append(process)
        return process

    def start_sql(self, sql, name="p", extra=()):
        return self.start(self.arguments(sql, name, *extra))

    def stop(self, process):
        """Stops it, which must succeed; answers what it said."""
        self.assertEqual(process.stop(), 0, process.said())
        return process.said()

    def wait_until(self, condition, what, process=None, seconds=WAIT_SECONDS):
        """`process`, if given, must not end before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            if process is not None and process.poll() is not None:
                self.fail(f"the program ended before {what}: " + process.said())
            time.sleep(0.05)
        self.fail(f"waited in vain until {what}; " + (process.said() if process else ""))

    def wait_for_epoch(self, process, wanted):
        """Until an epoch from that number on is complete; `process` has a listener."""
        epochs = []

        def reached():
            jobs = process.ask("/ready")[1].get("jobs", [])
            epochs[:] = [job["epoch"] for job in jobs]
            return epochs and min(epochs) >= wanted

        self.wait_until(reached, f"epoch {wanted} is complete", process)
        return min(epochs)

    def table(self, name, columns, topic=None, bounded=True, **options):
        """CREATE TABLE on the test's topic; `_` in option names stands for `.`, `__` for `-`."""
        given = {"connector": "kafka", "topic": topic or self.topic,
                 "properties.bootstrap.servers": self.broker.address, "format": "json",
                 "scan.startup.mode": "earliest-offset"}
        if bounded:
            given["scan.bounded.mode"] = "latest-offset"
        for key, value in options.items():
            key = key.replace("__", "-").replace("_", ".")
            given[key] = value
        rest = {key: value for key, value in given.items() if value is not None}
        lines = ",\n  ".join(f"'{key}' = '{value}'" for key, value in rest.items())
        return f"CREATE TABLE {name} ({columns}) WITH (\n  {lines});\n"

    def select(self, sql, query):
        """Rows of a SELECT over bounded tables, as JSON texts without order."""
        return self.run_sql(sql + query + ";\n", "select", extra=("--format", "json")).splitlines()

    def endless_copy(self, source=None, sink=None):
        """Copies the column id to the topic's `_out`, with many epochs."""
        return ("SET 'execution.checkpointing.interval' = '50 ms';\n"
                + self.table("src", "id BIGINT", bounded=False, **(source or {}))
                + self.table("dst", "id BIGINT", topic=self.topic + "_out", **(sink or {}))
                + "INSERT INTO dst SELECT id FROM src;")


def run_all(case, make_broker):
    """Runs the cases named on the command line, or all, with one broker."""
    begin = time.monotonic()
    case.broker = make_broker()
    print(f"broker up after {time.monotonic() - begin:.1f} s", flush=True)
    try:
        names = [case.__name__ + "." + name for name in sys.argv[2:]]
        program = unittest.main(argv=[sys.argv[0], "-v", *names], exit=False)
    finally:
        case.broker.stop()
    sys.exit(0 if program.result.wasSuccessful() else 1)
