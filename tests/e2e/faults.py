# SPDX-License-Identifier: Apache-2.0
"""What the tests of faults share: a pipeline in a directory of its own, run under faults of the
system that tests/support/faults.c makes, and what a reader sees of it afterwards."""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

MILLRACE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
SOURCE = pathlib.Path(__file__).resolve().parent.parent / "support" / "faults.c"
WAIT_SECONDS = 120
ROWS = 3000

SQL = """
SET 'pipeline.name' = 'totals';
SET 'execution.checkpointing.interval' = '20 ms';
{settings}
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{input}', 'format' = 'json');
SET 'millrace.table.payments.rows-per-second' = '{rate}';
CREATE TABLE totals (card STRING, window_start TIMESTAMP(3), n BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv'{roll});
INSERT INTO totals SELECT card, window_start, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY card, window_start, window_end;
"""


def build_library(folder):
    path = pathlib.Path(folder) / "faults.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", path, SOURCE], check=True)
    return path


def environment(library, **settings):
    """Of a process with these faults: calls='sync', path='/journal/', first=3 ..."""
    variables = dict(os.environ, LD_PRELOAD=str(library))
    # The sanitizers' libraries want to be first, but do not need to.
    variables["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    for name, value in settings.items():
        variables["FAULT_" + name.upper()] = str(value)
    return variables


class Running:
    def __init__(self, arguments, folder, variables, prepare=None):
        """`prepare` is called in the process before it becomes the program."""
        self.said_file = folder / "said.txt"
        with self.said_file.open("ab") as said:
            self.process = subprocess.Popen(arguments, cwd=folder, stdin=subprocess.DEVNULL,
                                            stdout=said, stderr=said, env=variables,
                                            preexec_fn=prepare)

    def said(self):
        return self.said_file.read_text(errors="replace")

    def wait_for(self, condition, what):
        """The first answer of `condition` that is true."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            answer = condition()
            if answer:
                return answer
            if self.process.poll() is not None:
                answer = condition()
                if answer:
                    return answer
                break
            time.sleep(0.02)
        raise AssertionError(f"{what} did not come; exit {self.process.poll()}: {self.said()}")

    def wait_to_say(self, text):
        return self.wait_for(lambda: re.search(text, self.said()), repr(text))

    def ask(self, path):
        """(status, answer) of its HTTP door."""
        door = self.wait_to_say(r"listening on (http://\S+:\d+)").group(1)
        try:
            with urllib.request.urlopen(door + path, timeout=WAIT_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        return self.process.wait(WAIT_SECONDS)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class FaultCase(unittest.TestCase):
    """Each test has a directory; the input and the undisturbed results are made once."""

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="millrace-faults-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, True)
        cls.library = build_library(cls.shared)
        cls.input = cls.shared / "payments.json"
        chance = random.Random(5)
        with cls.input.open("w", encoding="utf-8") as file:
            for i in range(ROWS):
                second = i // 5
                row = {"id": i, "card": f"card{chance.randrange(40)}",
                       "amount": chance.randrange(1000) / 4,
                       "ts": f"2024-01-01 00:{second // 60:02}:{second % 60:02}"}
                file.write(json.dumps(row) + "\n")

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="case-", dir=self.shared))
        self.data = self.folder / "data"
        self.out = self.folder / "out"
        self.programs = []

    def tearDown(self):
        for program in self.programs:
            program.kill()

    def write(self, settings="", rate=6000, roll=""):
        """`roll`: size of an output file."""
        roll = roll and f", 'sink.rolling-policy.file-size' = '{roll}'"
        (self.folder / "totals.sql").write_text(
            SQL.format(settings=settings, rate=rate, input=self.input, out=self.out, roll=roll))

    def start(self, *arguments, variables=None, data=None, file="totals.sql", prepare=None):
        program = Running([MILLRACE, "run", file, "--data-dir", str(data or self.data),
                           *arguments], self.folder, variables or dict(os.environ), prepare)
        self.programs.append(program)
        return program

    def run_program(self, *arguments, variables=None):
        """(exit status, what it said) of a run to its end."""
        (self.folder / "said.txt").unlink(missing_ok=True)
        program = self.start(*arguments, variables=variables)
        return program.wait(), program.said()

    def faults(self, **settings):
        return environment(self.library, trace=self.folder / "trace.txt", **settings)

    def trace(self):
        path = self.folder / "trace.txt"
        return path.read_text().splitlines() if path.exists() else []

    def lines(self, out=None):
        found = []
        for path in sorted((out or self.out).iterdir()):
            if not path.name.startswith((".", "_")):
                found += path.read_text().splitlines()
        return sorted(found)

    def expected(self):
        """Of the oracle: sums per card and window, counted here."""
        sums = {}
        for line in self.input.read_text().splitlines():
            row = json.loads(line)
            window = row["ts"][:-1] + "0"
            count, total = sums.get((row["card"], window), (0, 0.0))
            sums[row["card"], window] = (count + 1, total + row["amount"])
        return sorted((card, window, count, total)
                      for (card, window), (count, total) in sums.items())

    def check_results(self, out=None):
        rows = []
        for line in self.lines(out):
            card, window, count, total = line.split(",")
            rows.append((card, window.strip('"').split(".")[0], int(count), float(total)))
        self.assertEqual(sorted(rows), self.expected())

    def finish(self, *arguments):
        """Runs without faults to the end; then the results are those of the oracle."""
        status, said = self.run_program(*arguments)
        self.assertEqual(status, 0, said)
        self.check_results()


def main():
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
