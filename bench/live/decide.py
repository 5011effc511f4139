#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""/decide and /ingest under load, against a bare echo of the same server in the same run.

Usage: decide.py MILLRACE HTTP_LOAD [RATE [SECONDS]]
Rounds of echo, decide and ingest take turns, so that noise of the machine meets all of them.
"""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "api"))
import live  # noqa: E402
import programs  # noqa: E402

ROUNDS = 3
CONNECTIONS = "32"
BODY = '{"id": #, "amount": 20.5, "items": 4}'


def load(tool, port, path, rate, seconds):
    result = subprocess.run([tool, "load", str(port), path, BODY, rate, seconds, CONNECTIONS],
                            capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    millrace, tool = sys.argv[1:3]
    rate = sys.argv[3] if len(sys.argv) > 3 else "2000"
    seconds = sys.argv[4] if len(sys.argv) > 4 else "5"
    echo = subprocess.Popen([tool, "echo"], stdout=subprocess.PIPE, text=True)
    found = {"echo": [], "decide": [], "ingest": []}
    try:
        echo_port = int(echo.stdout.readline())
        with live.Program(millrace, programs.DECIDE) as program:
            load(tool, program.port, "/decide/payments", rate, "1")  # warm
            for _ in range(ROUNDS):
                found["echo"].append(load(tool, echo_port, "/echo", rate, seconds))
                found["decide"].append(load(tool, program.port, "/decide/payments", rate, seconds))
                found["ingest"].append(load(tool, program.port, "/ingest/payments", rate, seconds))
    finally:
        echo.kill()
    print(f"{rate} requests/s for {seconds} s, {CONNECTIONS} connections, median of {ROUNDS}")
    for name, rounds in found.items():
        row = {key: median([r[key] for r in rounds])
               for key in ("p50_ms", "p99_ms", "p999_ms", "per_second", "refused")}
        print(f"{name:7} p50 {row['p50_ms']:7.3f} ms  p99 {row['p99_ms']:7.3f} ms  "
              f"p99.9 {row['p999_ms']:7.3f} ms  {row['per_second']:.0f}/s  "
              f"{row['refused']} refused")
    ratio = (median([r["p99_ms"] for r in found["decide"]])
             / median([r["p99_ms"] for r in found["echo"]]))
    print(f"p99 of /decide is {ratio:.1f} times that of the echo (goal: at most 3)")


if __name__ == "__main__":
    main()
