#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The disk is gone: a run goes on from its backup, on "another machine" (another directory).

Usage: backup_test.py PATH_TO_MILLRACE
A pipeline with keyed state, dead letters and a file sink is killed in its middle, its directory is
deleted, and it goes on from the newest backup: with the table's files where they were, and with
these gone, too. Backups are listed and verified, inspected like a data directory, refused when they
are damaged, bounded in number; a place that cannot be written delays nothing.
"""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROWS = 12_000

SQL = """
SET 'execution.checkpointing.interval' = '20 ms';
SET 'execution.checkpointing.dir' = 'file://{copy}';
SET 'execution.checkpointing.num-retained' = '2';
SET 'millrace.backup.interval' = '50 ms';
CREATE TABLE payments (id BIGINT, card STRING, amount DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{work}/payments.json', 'format' = 'json');
SET 'millrace.table.payments.rows-per-second' = '4000';
CREATE TABLE totals (card STRING, window_start TIMESTAMP(3), n BIGINT, total DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '{work}/{name}', 'format' = '{format}',
      'sink.rolling-policy.file-size' = '4kb');
INSERT INTO totals SELECT card, window_start, COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY card, window_start, window_end;
"""


def fail(message):
    print("FAILED: " + message)
    sys.exit(1)


def check(condition, message):
    if not condition:
        fail(message)


class Case:
    """A pipeline of its own in the folder of the test."""

    def __init__(self, millrace, work, name, copy=None, fmt="csv"):
        self.millrace = millrace
        self.work = work
        self.name = name
        self.data = os.path.join(work, name + ".data")
        self.copy = copy or os.path.join(work, name + ".copy")
        self.sql = os.path.join(work, name + ".sql")
        self.environment = None
        with open(self.sql, "w", encoding="utf-8") as file:
            file.write(SQL.format(work=work, name=name, copy=self.copy, format=fmt))

    def call(self, *arguments, code=0):
        done = subprocess.run([self.millrace, *arguments], capture_output=True, text=True,
                              timeout=240, check=False, env=self.environment)
        if done.returncode != code:
            fail(f"{self.name}: {arguments} ended with {done.returncode}, not {code}:\n"
                 f"{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def run(self, *more, code=0):
        return self.call("run", self.sql, "--data-dir", self.data, *more, code=code)

    def start(self, *more):
        return subprocess.Popen([self.millrace, "run", self.sql, "--data-dir", self.data, *more],
                                stderr=subprocess.PIPE, text=True, env=self.environment)

    def backups(self):
        folder = os.path.join(self.copy, self.name, "backups")
        if not os.path.isdir(folder):
            return []
        return sorted(entry for entry in os.listdir(folder) if not entry.startswith("."))

    def epoch(self):
        """Of the newest backup; 0 without one."""
        names = self.backups()
        return int(re.search(r"epoch-(\d+)", names[-1]).group(1)) if names else 0

    def results(self):
        """Lines of the files a reader sees, and the dead letters without what names the run."""
        lines = []
        for entry in os.listdir(os.path.join(self.work, self.name)):
            if not entry.startswith((".", "_")):
                with open(os.path.join(self.work, self.name, entry), encoding="utf-8") as file:
                    lines += file.read().splitlines()
        letters = os.path.join(self.data, "dead-letters", "payments.jsonl")
        with open(letters, encoding="utf-8") as file:
            return sorted(lines), re.sub(', "pipeline": [^}]*', "", file.read())


def write_input(path):
    chance = random.Random(3)
    with open(path, "w", encoding="utf-8") as file:
        for i in range(ROWS):
            if i % 1000 == 499:
                file.write("{broken\n")
            second = i // 10
            file.write(json.dumps({
                "id": i, "card": f"card{chance.randrange(50)}",
                "amount": chance.randrange(1000) / 4,
                "ts": f"2024-01-01 00:{second // 60:02}:{second % 60:02}"}) + "\n")


def wait_for(condition, what, process):
    deadline = time.monotonic() + 120
    while not condition():
        if process.poll() is not None:
            fail(f"the run ended before {what}: {process.stderr.read()}")
        if time.monotonic() > deadline:
            fail("waited in vain for " + what)
        time.sleep(0.02)


def kill_behind(case, epoch, *more):
    """Kills a run that has a backup of that epoch or a later one."""
    process = case.start(*more)
    wait_for(lambda: case.epoch() >= epoch, f"a backup of epoch {epoch}", process)
    process.send_signal(signal.SIGKILL)
    process.wait()


def lose_disk(case, expected):
    """Only the data directory is lost: files that the lost run completed since are taken back."""
    kill_behind(case, 15)
    shutil.rmtree(case.data)
    place = os.path.join(case.copy, case.name)
    said = case.call("state", "restore", place, "--data-dir", case.data)
    check("restored epoch" in said, said)
    output = os.path.join(case.work, case.name)
    before = set(os.listdir(output))
    # One more file that came behind the backup, whatever the kill has left.
    shard_file = next(entry for entry in before if entry.startswith("part-"))
    behind = re.sub(r"-\d+$", "-9000", shard_file)
    shutil.copy(os.path.join(output, shard_file), os.path.join(output, behind))
    said = case.run(code=3)
    check("MR0723" in said and "--allow-rewind" in said, said)
    check(os.path.exists(os.path.join(output, behind)), "a file was taken back unasked")
    said = case.run("--allow-rewind")
    check("taken back" in said, said)
    check(case.results() == expected, "not as an undisturbed run after the data directory was lost")


def lose_machine(case, expected):
    """Output that was staged is lost, too, and comes back; what was complete is elsewhere."""
    kill_behind(case, 15)
    shutil.rmtree(case.data)
    output = os.path.join(case.work, case.name)
    kept = os.path.join(case.work, case.name + ".kept")
    os.makedirs(kept)
    for entry in os.listdir(output):
        if not entry.startswith("."):
            shutil.copy(os.path.join(output, entry), kept)
    shutil.rmtree(output)
    case.run("--from", "file://" + case.copy)
    lines, letters = case.results()
    for entry in os.listdir(kept):
        if not os.path.exists(os.path.join(output, entry)):
            with open(os.path.join(kept, entry), encoding="utf-8") as file:
                lines += file.read().splitlines()
    check(sorted(lines) == expected[0], "not as an undisturbed run after the machine was lost")
    check(letters == expected[1], "dead letters differ")


def again_and_again(case, expected):
    """Lost three times, under another parallelism each time; the command is the same."""
    for round_number in range(3):
        more = ["-D", f"parallelism.default={round_number + 1}"]
        if round_number > 0:
            more += ["--from", case.copy, "--allow-rewind"]
        kill_behind(case, case.epoch() + 8, *more)
        shutil.rmtree(case.data)
    more = ["--from", case.copy, "--allow-rewind"]
    case.run(*more)
    check(case.results() == expected, "not as an undisturbed run after three losses")
    check(len(case.backups()) == 2, f"{len(case.backups())} backups are kept")


def look(case):
    """Backups are looked at like data directories; damage is found."""
    kill_behind(case, 15)
    place = os.path.join(case.copy, case.name)
    listed = case.call("state", "list", place)
    check("backup of 'look'" in listed and "COUNT(*)" in listed, listed)
    check("sound" in case.call("state", "verify", "file://" + place), "not sound")
    inspected = case.call("state", "inspect", place, "--limit", "1000")
    check("card" in inspected, inspected)
    as_json = json.loads(case.call("state", "list", place, "--json"))
    check(len(as_json["backups"]) == len(case.backups()), str(as_json))
    said = case.call("state", "restore", place, "--data-dir", case.data, code=1)
    check("MR0843" in said and "not finished" in said, said)
    objects = os.path.join(place, "objects")
    newest = os.path.join(place, "backups", case.backups()[-1])
    with open(newest, encoding="utf-8") as file:
        parts = [part for entry in json.load(file)["backup"]["files"] for part in entry["parts"]]
    victim = os.path.join(place, max(parts, key=lambda part: part["size"])["object"])
    check(victim.startswith(objects), victim)
    with open(victim, "r+b") as file:
        file.seek(os.path.getsize(victim) // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    check("MR0843" in case.call("state", "verify", place, code=3), "damage was not found")
    other = case.data + ".other"
    case.call("state", "restore", place, "--data-dir", other, code=3)
    said = case.call("run", case.sql, "--data-dir", other, code=1)
    check("MR0843" in said and "not restored to its end" in said, said)


def no_place(millrace, work, expected):
    """Backups that cannot be made stop nothing, and that is said."""
    file_in_the_way = os.path.join(work, "in-the-way")
    with open(file_in_the_way, "w", encoding="utf-8") as file:
        file.write("no directory")
    case = Case(millrace, work, "noplace", copy=file_in_the_way + "/copy")
    said = case.run()
    check("no backup could be made" in said, said)
    check(case.results() == expected, "a run without backups differs")


def main():
    millrace = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as work:
        write_input(os.path.join(work, "payments.json"))
        calm = Case(millrace, work, "calm")
        calm.run()
        expected = calm.results()
        check(len(expected[0]) > 4000, f"{len(expected[0])} lines without any kill")
        check(expected[1].count("\n") == ROWS // 1000, "dead letters of an undisturbed run")
        lose_disk(Case(millrace, work, "disk"), expected)
        lose_machine(Case(millrace, work, "machine"), expected)
        again_and_again(Case(millrace, work, "again"), expected)
        look(Case(millrace, work, "look"))
        no_place(millrace, work, expected)
    print("a lost disk, a lost machine, three losses in a row: output as without")


if __name__ == "__main__":
    main()
