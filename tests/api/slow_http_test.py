#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""slowhttptest, the tool that others test servers with, in three ways at the same time: headers
that never end, bodies that never come, answers read a few bytes at a time. The health route answers
all the while, memory stays bounded, and no connection is left afterwards.

Usage: slow_http_test.py PATH_TO_MILLRACE
"""
import os
import re
import subprocess
import sys
import time

import live
import programs

CONNECTIONS = 400
SECONDS = 14  # longer than a request's headers may take


def attack(program, path, *arguments):
    return subprocess.Popen(
        ["slowhttptest", *arguments, "-c", str(CONNECTIONS), "-r", "200", "-i", "3", "-p", "60",
         "-l", str(SECONDS), "-u", f"http://127.0.0.1:{program.port}{path}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def connections_of(program):
    metrics = program.request("GET", "/metrics")[2].decode()
    return int(re.search(r"^millrace_http_connections (\d+)$", metrics, re.MULTILINE)[1])


def slow_clients_of_three_kinds(millrace):
    with live.Program(millrace, programs.PRINT) as program:
        assert program.post("/ingest/payments", {"id": 1})[0] == 202
        before = program.resident_bytes()
        descriptors = len(os.listdir(f"/proc/{program.process.pid}/fd"))
        attacks = [
            attack(program, "/health", "-H"),
            attack(program, "/ingest/payments", "-B", "-t", "POST", "-s", "8000", "-f",
                   "application/json"),
            attack(program, "/metrics", "-X", "-w", "10", "-y", "20", "-n", "2", "-z", "5",
                   "-k", "3")]
        most, grown, slowest, asked = 0, 0, 0.0, 0
        try:
            while any(one.poll() is None for one in attacks):
                began = time.monotonic()
                assert program.get("/health") == (200, {"status": "ok", "state": "running"})
                slowest = max(slowest, time.monotonic() - began)
                assert program.post("/ingest/payments", {"id": 2})[0] == 202
                most = max(most, connections_of(program))
                grown = max(grown, program.resident_bytes() - before)
                asked += 1
                time.sleep(0.2)
            outputs = [one.communicate()[0] for one in attacks]
        finally:
            for one in attacks:
                if one.poll() is None:
                    one.kill()
                    one.wait()
        print(f"  {most} connections at most, {grown >> 20} MiB more, {asked} looks, the slowest "
              f"{slowest:.2f} s")
        for output in outputs:
            assert "service available" in output and "NO" not in output, output[-2000:]
        assert most > CONNECTIONS, "the attack was none"
        assert grown < 96 << 20, f"{grown} bytes for slow clients"
        assert slowest < 10, f"/health took {slowest} s"
        program.wait_until(lambda: connections_of(program) == 1, "the connections' end")
        program.wait_until(
            lambda: len(os.listdir(f"/proc/{program.process.pid}/fd")) <= descriptors + 2,
            "the descriptors' end")
        assert program.post("/ingest/payments", {"id": 3})[0] == 202
        program.wait_until(lambda: len(program.lines()) == asked + 2, "all rows")
        assert program.stop() == 0


if __name__ == "__main__":
    live.run_all([slow_clients_of_three_kinds], sys.argv[1])
