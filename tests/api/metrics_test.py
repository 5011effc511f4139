#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""/metrics of a running program: promtool takes it, and the numbers are those of what ran.

Usage: metrics_test.py PATH_TO_MILLRACE
"""
import re
import shutil
import subprocess
import sys

import live

SCORED = """
CREATE TABLE payments (id BIGINT NOT NULL, amount DOUBLE)
WITH ('connector' = 'http', 'format' = 'json');
CREATE MODEL same INPUT (amount DOUBLE) OUTPUT (score DOUBLE) WITH ('provider' = 'echo');
CREATE TABLE shown (id BIGINT, score DOUBLE) WITH ('connector' = 'print');
INSERT INTO shown
SELECT id, score FROM ML_PREDICT(TABLE payments, MODEL same, DESCRIPTOR(amount));
"""


def value_of(metrics, name, **labels):
    """The sum of the samples of this name that have these labels; None without any."""
    found = None
    for line in metrics.splitlines():
        match = re.fullmatch(rf"millrace_{name}(?:\{{(.*)\}})? (\S+)", line)
        if match and all(f'{key}="{text}"' in (match[1] or "") for key, text in labels.items()):
            found = (found or 0) + float(match[2])
    return found


def rows_and_model_calls_are_counted(millrace):
    with live.Program(millrace, SCORED) as program:
        def metrics():
            return program.request("GET", "/metrics")[2].decode()
        for number in range(3):
            assert program.post("/ingest/payments", {"id": number, "amount": 1.5})[0] == 202
        program.wait_until(lambda: value_of(metrics(), "sink_rows_total") == 3, "three rows")
        program.wait_until(lambda: (value_of(metrics(), "model_calls_total") or 0) >= 1, "calls")
        text = metrics()
        assert value_of(text, "model_calls_total", operator="Predict") <= 3, text
        assert value_of(text, "model_failed_rows_total") == 0, text
        assert value_of(text, "sink_retries_total", table="shown") == 0, text
        assert value_of(text, "operator_queue_depth", operator="Predict") == 0, text
        assert value_of(text, "operator_queue_depth", operator="Scan") is None, text
        if shutil.which("promtool"):
            checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                                     capture_output=True, check=False)
            assert checked.returncode == 0, checked.stdout + checked.stderr
        assert program.stop() == 0


if __name__ == "__main__":
    live.run_all([rows_and_model_calls_are_counted], sys.argv[1])
