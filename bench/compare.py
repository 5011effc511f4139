#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs bench/sql/*.sql on millrace and on Flink and prints events per CPU-second.

usage: compare.py MILLRACE ORACLE_LIBS [NAME...]
The generator's own cost (generator.sql) is subtracted on both sides for the column `net`. A line
per query is appended to bench/history/flink.jsonl.
"""
import json
import os
import pathlib
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
OPENS = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in (
    "java.lang", "java.util", "java.util.concurrent", "java.net", "java.io", "java.nio",
    "java.lang.reflect", "java.text", "java.time", "sun.nio.ch")]


def rows_of(path):
    return int(re.search(r"'number-of-rows' = '(\d+)'", path.read_text()).group(1))


def millrace_cpu(program, path):
    """CPU seconds of the whole process, start-up included; the best of three."""
    best = None
    with tempfile.TemporaryDirectory() as data:
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([program, "run", "--quiet", "--fresh", "--data-dir", data, str(path)],
                           check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
            best = used if best is None else min(best, used)
    return best


def flink_cpu(libs, paths):
    """Name -> CPU seconds of the JVM during the second, warm run of each file."""
    with tempfile.TemporaryDirectory() as classes:
        source = str(HERE / "flink" / "FlinkBench.java")
        subprocess.run(["javac", "-nowarn", "-d", classes, "-cp", f"{libs}/*", source],
                       check=True, stderr=subprocess.DEVNULL)
        out = subprocess.run(
            ["java", "-Xmx3g", *OPENS, "-cp", f"{classes}:{libs}/*", "FlinkBench",
             *map(str, paths)], check=True, capture_output=True, text=True).stdout
    return {name: float(cpu) for name, cpu in re.findall(r"RESULT (\S+) ([\d.]+)", out)}


def main():
    program, libs, *names = sys.argv[1:]
    paths = sorted((HERE / "sql").glob("*.sql"))
    if names:
        paths = [p for p in paths if p.stem in names or p.stem == "generator"]
    flink = flink_cpu(libs, paths)
    ours = {path.name: millrace_cpu(program, path) for path in paths}
    base = {"millrace": ours["generator.sql"] / rows_of(HERE / "sql" / "generator.sql"),
            "flink": flink["generator.sql"] / rows_of(HERE / "sql" / "generator.sql")}
    print(f"{'query':<12}{'millrace ev/cpu-s':>20}{'flink ev/cpu-s':>18}"
          f"{'ratio':>8}{'net ratio':>11}")
    history = HERE / "history"
    history.mkdir(exist_ok=True)
    with open(history / "flink.jsonl", "a", encoding="utf-8") as log:
        for path in paths:
            rows = rows_of(path)
            mine, theirs = ours[path.name], flink[path.name]
            net_mine = max(mine - base["millrace"] * rows, 1e-3)
            net_theirs = max(theirs - base["flink"] * rows, 1e-3)
            net = "" if path.stem == "generator" else f"{net_theirs / net_mine:.1f}"
            print(f"{path.stem:<12}{rows / mine:>20,.0f}{rows / theirs:>18,.0f}"
                  f"{theirs / mine:>8.1f}{net:>11}")
            log.write(json.dumps({
                "time": time.strftime("%Y-%m-%dT%H:%M:%S"), "query": path.stem, "rows": rows,
                "millrace_cpu_s": round(mine, 3), "flink_cpu_s": round(theirs, 3),
                "cpus": os.cpu_count(), "machine": platform.processor() or platform.machine(),
            }) + "\n")


if __name__ == "__main__":
    main()
