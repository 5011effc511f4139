#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long the log of an 'http' table keeps rows: by size, and for the next run by another limit.

Usage: retention_test.py PATH_TO_MILLRACE
"""
import json
import subprocess
import sys

import live

PROGRAM = """
{settings}
CREATE TABLE payments (id BIGINT NOT NULL, note STRING)
WITH ('connector' = 'http', 'format' = 'json');
CREATE TABLE nowhere (id BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT id FROM payments;
"""
ROWS_PER_POST = 1000


def log_bytes(program):
    return sum(file.stat().st_size
               for file in (program.directory / "data/topics").rglob("*") if file.is_file())


def post(program, first, posts):
    for number in range(first, first + posts):
        rows = [{"id": number * ROWS_PER_POST + i, "note": "x" * 1000}
                for i in range(ROWS_PER_POST)]
        assert program.post("/ingest/payments", rows)[0] == 202


def size_bounds_the_log(millrace):
    with live.Program(millrace, PROGRAM.format(
            settings="SET 'millrace.table.payments.log.retention.size' = '4 mb';")) as program:
        post(program, 0, 16)
        assert 4 << 20 <= log_bytes(program) < 6 << 20, log_bytes(program)
        shown = subprocess.run(
            [millrace, "consume", str(program.file), "payments", "--no-wait", "--format", "json",
             "--data-dir", str(program.directory / "data")],
            capture_output=True, text=True, check=False)
        assert shown.returncode == 0, shown.stderr
        ids = [json.loads(line)["id"] for line in shown.stdout.splitlines()]
        assert ids[-1] == 16 * ROWS_PER_POST - 1 and ids == list(range(ids[0], ids[-1] + 1))
        assert 3000 < len(ids) < 7000, len(ids)
        assert program.stop() == 0
        # Without the limit everything stays.
        program.file.write_text(PROGRAM.format(settings=""))
        program.errors.write_text("")
        program.start()
        before = log_bytes(program)
        post(program, 16, 8)
        assert log_bytes(program) > before + (8 << 20) * 0.9
        assert program.stop() == 0


def bad_limits_are_named(millrace):
    for value in ("soon", "-1 s"):
        program = live.Program(millrace, PROGRAM.format(
            settings=f"SET 'millrace.table.payments.log.retention' = '{value}';"))
        program.start(expect_failure=True)
        said = program.errors.read_text()
        assert program.process.returncode == 1 and "MR0503" in said, said


if __name__ == "__main__":
    live.run_all([size_bounds_the_log, bad_limits_are_named], sys.argv[1])
