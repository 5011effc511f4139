#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Limits of a process: memory that is used up, descriptors, many starts and stops.

Usage: limits_test.py PATH_TO_MILLRACE
A run in a control group of 512 MiB, at full speed with many keys and a receiver that hangs, holds
its sources and is never killed; what waits is delivered in the end.
"""
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import time

import faults
from receiver import Receiver

LIMIT = 512 << 20

MANY_KEYS = """
SET 'pipeline.name' = 'many';
CREATE TABLE s (n BIGINT, k BIGINT, note STRING) WITH ('connector' = 'datagen',
  'rows-per-second' = '1000000000', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1',
  'fields.n.end' = '1000000000000', 'fields.k.min' = '0', 'fields.k.max' = '1000000000',
  'fields.note.length' = '100');
CREATE TABLE counts (k BIGINT, c BIGINT, last STRING, PRIMARY KEY (k) NOT ENFORCED)
WITH ('connector' = 'blackhole');
CREATE TABLE calls (n BIGINT, note STRING) WITH ('connector' = 'webhook', 'format' = 'json',
  'url' = 'http://127.0.0.1:{port}/', 'timeout' = '60 s', 'max-in-flight' = '4');
BEGIN STATEMENT SET;
INSERT INTO counts SELECT k, COUNT(*), MAX(note) FROM s GROUP BY k;
INSERT INTO calls SELECT n, note FROM s WHERE MOD(n, 1000) = 0;
END;
"""

WAITING = """
SET 'pipeline.name' = 'waiting';
SET 'execution.checkpointing.interval' = '50 ms';
SET 'millrace.memory-budget' = '{budget}';
CREATE TABLE s (n BIGINT, note STRING) WITH ('connector' = 'datagen',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '{rows}',
  'fields.note.length' = '4000', 'number-of-rows' = '{rows}');
CREATE TABLE calls (n BIGINT, note STRING) WITH ('connector' = 'webhook', 'format' = 'json',
  'url' = 'http://127.0.0.1:{port}/', 'timeout' = '2 s', 'retry-backoff' = '100 ms',
  'retry-backoff.max' = '200 ms', 'max-retries' = '100000', 'max-in-flight' = '64',
  'circuit-breaker.cooldown' = '200 ms');
INSERT INTO calls SELECT n, note FROM s;
"""


class ControlGroup:
    """A memory control group around this process's own; none where that is not allowed."""

    def __init__(self, limit):
        self.folder = None
        for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers == "memory":
                self.make(pathlib.Path("/sys/fs/cgroup/memory" + path), limit)

    def make(self, parent, limit):
        folder = parent / f"millrace-test-{os.getpid()}"
        try:
            folder.mkdir()
            (folder / "memory.limit_in_bytes").write_text(str(limit))
        except OSError:
            return
        self.folder = folder

    def enter(self):
        """For the child process, before it becomes the program."""
        (self.folder / "cgroup.procs").write_text("0")

    def read(self, name):
        return (self.folder / name).read_text()

    def remove(self):
        if self.folder is not None:
            self.folder.rmdir()


def private_bytes(pid):
    """Memory that no file backs."""
    found = re.search(r"RssAnon:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) * 1024


def metric(program, name):
    found = re.search(rf"^millrace_{name}(?:{{.*}})? (\S+)$", program.ask("/metrics")[1], re.M)
    return float(found.group(1)) if found else None


class MemoryTest(faults.FaultCase):
    def launch(self, text, prepare=None, arguments=()):
        (self.folder / "program.sql").write_text(text)
        return self.start("--listen", "127.0.0.1:0", *arguments, file="program.sql",
                          prepare=prepare)

    def watch(self, program, until):
        """The most memory until then."""
        most = 0
        end = time.monotonic() + faults.WAIT_SECONDS
        while not until():
            self.assertIsNone(program.process.poll(), program.said())
            self.assertLess(time.monotonic(), end, program.said())
            most = max(most, private_bytes(program.process.pid))
            time.sleep(0.05)
        return most

    def test_never_killed_in_a_small_control_group(self):
        group = ControlGroup(LIMIT)
        self.addCleanup(group.remove)
        receiver = Receiver(faults=1.0)  # refuses, or applies and hangs
        receiver.hang_seconds = 30
        self.addCleanup(receiver.stop)
        arguments = []
        if group.folder is None:  # not allowed here: the same budget, and the bound is checked
            arguments = ["-D", f"millrace.memory-budget={LIMIT // 5 * 4 >> 20} mb"]
        program = self.launch(MANY_KEYS.format(port=receiver.port),
                              None if group.folder is None else group.enter, arguments)
        budget = program.wait_for(lambda: metric(program, "memory_budget_bytes"), "the job")
        self.assertAlmostEqual(budget, LIMIT * 0.8, delta=2 << 20)
        end = time.monotonic() + 30
        most = self.watch(program, lambda: time.monotonic() > end
                          or "memory budget" in program.said())
        end = time.monotonic() + 5  # held, it stays below the limit
        most = max(most, self.watch(program, lambda: time.monotonic() > end))
        self.assertLess(most, LIMIT)
        self.assertGreater(most, LIMIT // 4, "the load was none")
        self.assertIsNone(program.process.poll(), program.said())
        if group.folder is not None:
            self.assertIn("oom_kill 0", group.read("memory.oom_control"))
        self.assertEqual(program.stop(), 0, program.said())

    def test_sources_are_held_and_go_on(self):
        """A receiver is away: its outbox is larger than the process may hold."""
        rows = 80000  # of 4 kB
        receiver = Receiver()
        receiver.die()
        self.addCleanup(receiver.stop)
        program = self.launch(WAITING.format(budget="256 mb", port=receiver.port, rows=rows))
        program.wait_to_say("sources are held until it is less")
        waited = time.monotonic()
        self.assertRegex(program.said(),
                         r"holds \d+ MB of its memory budget of 256 MB .*outboxes \d+ MB")
        health = json.loads(program.ask("/health")[1])
        self.assertEqual(health["status"], "degraded", health)
        self.assertIn("millrace.memory-budget", program.ask("/ready")[1])
        self.assertEqual(metric(program, "sources_held"), 1)
        most = self.watch(program, lambda: time.monotonic() > waited + 3)
        receiver.start()
        most = max(most, self.watch(program, lambda: receiver.keys() > rows // 2))
        self.assertLess(most, 290 << 20)
        self.assertEqual(program.stop(), 0, program.said())  # the rest stays in the outbox

    def test_a_budget_to_do_nothing_with_is_refused(self):
        program = self.launch(WAITING.format(budget="20 mb", port=9, rows=1))
        self.assertNotEqual(program.wait(), 0)
        self.assertIn("MR0816", program.said())


class DescriptorsTest(faults.FaultCase):
    def test_too_low_a_limit_is_refused(self):
        self.write()
        done = subprocess.run(
            [faults.MILLRACE, "run", "totals.sql"], cwd=self.folder, text=True,
            capture_output=True, check=False, timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("MR0817", done.stderr)
        self.assertFalse(self.out.exists())

    def test_the_soft_limit_is_raised(self):
        self.write(rate=1000)
        program = self.start(
            "--listen", "127.0.0.1:0",
            prepare=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 512)))
        program.ask("/health")
        self.assertEqual(metric(program, "process_max_fds"), 512)
        self.assertGreater(metric(program, "process_open_fds"), 5)
        self.assertEqual(program.wait(), 0, program.said())

    def test_connections_that_cannot_be_accepted_wait(self):
        """No descriptor for a connection: the listener waits, work goes on, then it answers."""
        self.write(rate=1000)
        broken = self.folder / "broken"
        program = self.start("--listen", "127.0.0.1:0", variables=self.faults(
            calls="accept", errno=24, **{"while": broken}))
        program.ask("/health")
        broken.touch()
        before = len(self.trace())
        address = program.wait_to_say(r"listening on http://127.0.0.1:(\d+)").group(1)
        asked = subprocess.Popen(  # pylint: disable=consider-using-with
            [sys.executable, "-c", "import sys, urllib.request; "
             f"print(urllib.request.urlopen('http://127.0.0.1:{address}/health').status)"],
            stdout=subprocess.PIPE, text=True)
        program.wait_for(lambda: len(self.trace()) > before, "a connection")
        time.sleep(0.5)
        tries = len(self.trace()) - before
        self.assertLess(tries, 100, "the accept loop is busy")
        broken.unlink()
        self.assertEqual(asked.communicate(timeout=60)[0], "200\n")
        self.assertEqual(program.wait(), 0, program.said())
        self.check_results()


class RepeatedStartsTest(faults.FaultCase):
    def most_of(self, pid):
        """Descriptors, threads and memory while jobs come and go."""
        folder = pathlib.Path(f"/proc/{pid}")
        most = (0, 0, 0)
        for _ in range(60):
            now = (len(list((folder / "fd").iterdir())), len(list((folder / "task").iterdir())),
                   private_bytes(pid))
            most = tuple(map(max, most, now))
            time.sleep(0.02)
        return most

    def test_restarts_in_one_process_leave_nothing_behind(self):
        """The outputs' file system refuses again and again: the job starts again in one process."""
        self.write(rate=500, roll="1kb", settings=
                   "SET 'restart-strategy.exponential-delay.initial-backoff' = '1 ms';"
                   "SET 'restart-strategy.exponential-delay.max-backoff' = '1 ms';"
                   "SET 'restart-strategy.exponential-delay.attempts-before-reset-backoff'"
                   " = '100000';")
        broken = self.folder / "broken"
        program = self.start("--listen", "127.0.0.1:0", variables=self.faults(
            calls="open", path=str(self.out), errno=28, **{"while": broken}))
        program.wait_for(lambda: self.out.exists() and len(list(self.out.iterdir())) > 1, "a file")
        measures = []
        broken.touch()
        for wanted in (20, 120):
            program.wait_for(lambda least=wanted: metric(program, "restarts_total") >= least,
                             f"{wanted} restarts")
            measures.append(self.most_of(program.process.pid))
        broken.unlink()
        self.assertEqual(program.wait(), 0, program.said())
        self.check_results()
        (files, threads, memory), (files_later, threads_later, memory_later) = measures
        self.assertLessEqual(files_later, files + 8, measures)
        self.assertLessEqual(threads_later, threads + 8, measures)
        self.assertLess(memory_later, memory + (40 << 20), measures)


if __name__ == "__main__":
    faults.main()
