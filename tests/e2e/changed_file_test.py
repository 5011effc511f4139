#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A pipeline goes on with another version of its file, or refuses before it would lose state.

Usage: changed_file_test.py PATH_TO_MILLRACE
Counts per key are the evidence: a run that kept its state goes on counting where the last one
stopped, a run that lost it begins at one. Also savepoints, and what `millrace state` says of both.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

KEYS = 4

FILE = """
SET 'pipeline.name' = 'counts';
SET 'execution.checkpointing.interval' = '50 ms';
CREATE TABLE s (n BIGINT, k BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '2000',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000000',
  'fields.k.min' = '0', 'fields.k.max' = '3');
CREATE TABLE t (k BIGINT, c BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'print');
INSERT INTO t SELECT {select} FROM s {where} GROUP BY {key};
"""


OVER_FILE = """
SET 'pipeline.name' = 'counts';
SET 'execution.checkpointing.interval' = '50 ms';
CREATE TABLE s (n BIGINT, k BIGINT, p AS PROCTIME()) WITH ('connector' = 'datagen',
  'rows-per-second' = '2000', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1',
  'fields.n.end' = '1000000000', 'fields.k.min' = '0', 'fields.k.max' = '3');
CREATE TABLE t (k BIGINT, c BIGINT) WITH ('connector' = 'print');
INSERT INTO t SELECT k, {select} FROM {rows};
"""


def over_text(select, frames):
    """A count per frame, each named after its hours."""
    rows, known = "s", ""
    for name, length in frames.items():
        rows = (f"(SELECT k, p{known}, COUNT(*) OVER (PARTITION BY k ORDER BY p RANGE BETWEEN "
                f"INTERVAL {length} PRECEDING AND CURRENT ROW) AS {name} FROM {rows})")
        known += ", " + name
    return OVER_FILE.format(select=select, rows=rows)


def text(select="k, COUNT(*)", where="", key="k"):
    return FILE.format(select=select, where=where, key=key)


class Place:
    """A directory with one file, run again and again."""

    def __init__(self, millrace, directory):
        self.millrace = millrace
        self.directory = directory

    def write(self, content):
        with open(os.path.join(self.directory, "counts.sql"), "w", encoding="utf-8") as file:
            file.write(content)

    def command(self, *arguments):
        done = subprocess.run([self.millrace, *arguments], cwd=self.directory, text=True,
                              capture_output=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def run(self, *arguments, rows=400):
        """Runs until so many rows are out; (status, first count per key, last ones, errors)."""
        process = subprocess.Popen([self.millrace, "run", "counts.sql", *arguments],
                                   cwd=self.directory, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        first, last, seen = {}, {}, 0
        deadline = time.monotonic() + 60
        for line in process.stdout:
            found = re.match(r"\+[IU]\[(\S+), (\d+)\]", line)
            if found:
                key, count = found.group(1), int(found.group(2))
                first.setdefault(key, count)
                last[key] = count
                seen += 1
            if seen == rows:
                process.send_signal(signal.SIGTERM)
            assert time.monotonic() < deadline, "no end"
        errors = process.stderr.read()
        return process.wait(60), first, last, errors


def expect(condition, *shown):
    if not condition:
        raise AssertionError(" ".join(str(one) for one in shown))


def goes_on(first, last):
    """Every key went on behind its last count."""
    for key, count in first.items():
        expect(count == last[key] + 1, "key", key, "went on at", count, "behind", last[key])


def check_changes(place):
    place.write(text())
    status, first, last, errors = place.run()
    expect(status == 0, status, errors)
    expect(set(first.values()) == {1}, first)

    status, first, now, errors = place.run()
    expect(status == 0, status, errors)
    goes_on(first, last)
    last = now

    place.write(text(where="WHERE n > 0 AND MOD(n, 3) <> 1"))
    code, out, _ = place.command("diff", "counts.sql")
    expect(code == 0 and "nothing is lost" in out, code, out)
    status, first, now, errors = place.run()
    expect(status == 0, status, errors)
    expect("nothing is lost" in errors, errors)
    goes_on(first, last)
    last = now

    place.write(text(select="k + 1, COUNT(*)", key="k + 1"))
    code, out, _ = place.command("diff", "counts.sql")
    expect(code == 1 and "the grouping key changed" in out, code, out)
    before = place.command("state", "list", ".millrace/counts", "--json")
    status, first, _, errors = place.run()
    expect(status == 1 and not first, status, first, errors)
    expect("MR0804" in errors and "the grouping key changed" in errors, errors)
    expect("--allow-state-loss" in errors, errors)
    expect(place.command("state", "list", ".millrace/counts", "--json") == before, "it began")

    status, first, _, errors = place.run("--allow-state-loss")
    expect(status == 0, status, errors)
    expect("lost, as allowed" in errors, errors)
    expect(set(first.values()) == {1}, first)
    listed = json.loads(place.command("state", "list", "counts.sql", "--json")[1])
    operators = listed["runs"][0]["operators"]
    expect([one["in_plan"] for one in operators] == [True], "the old state is there", operators)


def check_aggregates(place):
    """One that is new begins empty; the others go on."""
    place.write(text())
    status, _, last, errors = place.run()
    expect(status == 0, status, errors)
    place.write(text(select="k, COUNT(*) + COALESCE(MIN(n), 0) * 0"))
    status, first, _, errors = place.run()
    expect(status == 1 and "a new aggregate MIN(n) would start empty" in errors, status, errors)
    status, first, now, errors = place.run("--allow-state-loss")
    expect(status == 0, status, errors)
    goes_on(first, last)
    place.write(text())
    status, first, _, errors = place.run()
    expect(status == 0 and "nothing is lost" in errors, status, errors)
    goes_on(first, now)


def check_frames(place):
    """Frames of an OVER come and go; what follows from the rows that are there is rebuilt."""
    hour, half, day = {"n1": "'1' HOUR"}, {"n2": "'30' MINUTE"}, {"n3": "'1' DAY"}
    place.write(over_text("n1", hour))
    status, first, last, errors = place.run()
    expect(status == 0 and set(first.values()) == {1}, status, first, errors)
    place.write(over_text("(n1 + n2) / 2", half | hour))
    code, out, _ = place.command("diff", "counts.sql")
    expect(code == 0 and "OVER RANGE 30 min PRECEDING is rebuilt" in out, code, out)
    status, first, now, errors = place.run()
    expect(status == 0 and "nothing is lost" in errors, status, errors)
    goes_on(first, last)
    code, out, errors = place.command("state", "verify", "counts.sql")
    expect(code == 0 and "sound" in out, code, out, errors)
    place.write(over_text("n1 + n3 * 0", hour | day))
    status, first, _, errors = place.run()
    expect(status == 1 and "would start with the rows of the last 1 h" in errors, status, errors)
    status, first, last, errors = place.run("--allow-state-loss")
    expect(status == 0, status, errors)
    goes_on(first, now)
    place.write(over_text("n2", half))
    status, first, _, errors = place.run()
    expect(status == 0 and "nothing is lost" in errors, status, errors)
    goes_on(first, last)


def check_named(place):
    """Of a file that names its pipeline, the directory is called after the pipeline."""
    place.write(text().replace("'pipeline.name' = 'counts'", "'pipeline.name' = 'counting'"))
    status, _, _, errors = place.run()
    expect(status == 0, status, errors)
    code, out, errors = place.command("state", "list", "counts.sql")
    expect(code == 0 and "of 'counting'" in out, code, out, errors)
    code, out, errors = place.command("savepoint", "counts.sql", "--to", "saved")
    expect(code == 0 and "savepoint of 'counting'" in out, code, out, errors)


def check_savepoint(place):
    place.write(text())
    status, _, last, errors = place.run()
    expect(status == 0, status, errors)
    code, out, errors = place.command("savepoint", "counts.sql", "--to", "saved")
    expect(code == 0 and "savepoint of 'counts'" in out, code, out, errors)
    place.run()  # the pipeline goes on; the savepoint stays what it is
    for parallelism in ("1", "4", "2"):
        status, first, _, errors = place.run("--from", "saved", "--data-dir", f"from-{parallelism}",
                                             "-D", f"parallelism.default={parallelism}")
        expect(status == 0, status, errors)
        goes_on(first, last)
    code, _, errors = place.command("savepoint", "counts.sql", "--to", "saved")
    expect(code == 1 and "MR0842" in errors, code, errors)
    for _ in range(3):
        code, out, errors = place.command("savepoint", "counts.sql", "--in", "all", "--keep", "2")
        expect(code == 0, code, out, errors)
        newest = sorted(os.listdir(os.path.join(place.directory, "all")))[-1]
        status, first, last, errors = place.run(rows=50)
        expect(status == 0, status, errors)
    kept = sorted(os.listdir(os.path.join(place.directory, "all")))
    expect(len(kept) == 2 and kept[-1] == newest, kept, newest)
    code, _, errors = place.command("run", "counts.sql", "--from", "saved")
    expect(code == 1 and "not finished" in errors, code, errors)


def check_state(place):
    place.write(text())
    status, _, last, errors = place.run()
    expect(status == 0, status, errors)
    code, out, errors = place.command("state", "list", "counts.sql", "--json")
    expect(code == 0, code, errors)
    operators = json.loads(out)["runs"][0]["operators"]
    groups = [one for one in operators if one["kind"] == "GroupAggregate"]
    expect(len(groups) == 1 and groups[0]["entries"] == KEYS, operators)
    code, out, errors = place.command("state", "export", "counts.sql", groups[0]["id"])
    expect(code == 0, code, errors)
    rows = [json.loads(line) for line in out.splitlines()]
    found = {str(row["key"]["k"]): row["value"]["COUNT(*)"] for row in rows}
    expect(found == last, found, last)
    code, out, errors = place.command("state", "inspect", "counts.sql", "COUNT", "--key", "k=2")
    expect(code == 0 and out.count("groups:") == 1, code, out, errors)
    expect(f"COUNT(*)={last['2']}" in out, out)
    code, out, errors = place.command("state", "verify", "counts.sql")
    expect(code == 0 and "sound" in out, code, out, errors)
    journal = os.path.join(place.directory, ".millrace/counts/journal")
    segment = os.path.join(journal, sorted(os.listdir(journal))[0])
    with open(segment, "r+b") as file:
        file.seek(os.path.getsize(segment) // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 0x40]))
    code, out, errors = place.command("state", "verify", "counts.sql")
    expect(code == 1 and "damaged" in out, code, out, errors)


def main():
    millrace = os.path.abspath(sys.argv[1])
    for check in (check_changes, check_aggregates, check_frames, check_named, check_savepoint,
                  check_state):
        with tempfile.TemporaryDirectory() as directory:
            check(Place(millrace, directory))
        print(check.__name__, "ok", flush=True)


if __name__ == "__main__":
    main()
