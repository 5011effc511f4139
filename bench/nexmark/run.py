#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nexmark on millrace and on Flink: the same events, the same SQL, side by side.

usage: run.py MILLRACE FLINK_LIBS [QUERY...]
- rows: CHECK_EVENTS (200,000) events go through each query on both; what is left after all changes
  must be the same rows
- speed: EVENTS (2,000,000) events, one shard against one slot, events per second of processor time
  of the whole process; the generator (queries/source.sql) is subtracted on both sides. A net cost
  below a tenth of the generator's counts as that much: it is within the noise. Flink: object
  reuse, heap state, no checkpoints, a warm JVM, mini-batch off and on, the better of both. Ours:
  durable state, one epoch at the end, the best of RUNS (2).
MODE=rows or speed does one of them. A line per query is appended to bench/history/nexmark.jsonl.
q6 does not run on Flink. q12 depends on the clock: its rows are not compared.
"""
import collections
import json
import math
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
EVENTS = int(os.environ.get("EVENTS", "2000000"))
CHECK_EVENTS = int(os.environ.get("CHECK_EVENTS", "200000"))
WARM_EVENTS = EVENTS // 4
SIDE_KEYS = 10000
SPAN_SECONDS = 20  # of event time, whatever the number of events
RUNS = int(os.environ.get("RUNS", "2"))
LEAST_NET = 0.1
LAST_BY_KEY = {"q9": 1}  # Flink 2.3 plans these without -U: the last row of so many columns counts
OPENS = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in (
    "java.lang", "java.util", "java.util.concurrent", "java.net", "java.io", "java.nio",
    "java.lang.reflect", "java.text", "java.time", "sun.nio.ch")]


def queries(names):
    paths = sorted((HERE / "queries").glob("q*.sql"), key=lambda path: int(path.stem[1:]))
    return [path for path in paths if not names or path.stem in names]


def fill(path, work, events, sink, for_flink=False):
    """The file of a query, with its tables, ready to run."""
    name = path.stem
    side = f"'connector' = 'side', 'keys' = '{SIDE_KEYS}'"
    if not for_flink:
        rows = work / "side.csv"
        rows.write_text("".join(f"{key},value-{key}\n" for key in range(SIDE_KEYS)),
                        encoding="utf-8")
        side = f"'connector' = 'filesystem', 'path' = '{rows}', 'format' = 'csv'"
    text = (HERE / "tables.sql").read_text(encoding="utf-8") + path.read_text(encoding="utf-8")
    for key, value in {"events": events, "rate": max(1, events // SPAN_SECONDS), "sink": sink,
                       "folder": work / f"files-{name}", "side": side}.items():
        text = text.replace("{" + key + "}", str(value))
    out = work / f"{name}.sql"
    out.write_text(text, encoding="utf-8")
    return out


class Flink:
    """A JVM per setting that runs all files one after the other."""

    def __init__(self, libs):
        self.classes = tempfile.TemporaryDirectory()
        sources = [str(path) for path in (HERE / "flink").rglob("*.java")]
        subprocess.run(["javac", "-nowarn", "-d", self.classes.name, "-cp", f"{libs}/*", *sources],
                       check=True, stderr=subprocess.DEVNULL)
        services = pathlib.Path(self.classes.name) / "META-INF" / "services"
        services.mkdir(parents=True)
        name = "org.apache.flink.table.factories.Factory"
        (services / name).write_text((HERE / "flink" / "META-INF" / "services" / name).read_text())
        self.path = f"{self.classes.name}:{libs}/*"

    def run(self, mini_batch, files):
        """Standard output, in which the lines RESULT stand."""
        done = subprocess.run(["java", "-Xmx4g", *OPENS, "-cp", self.path, "NexmarkBench",
                               mini_batch, *map(str, files)], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            sys.exit(f"Flink: {done.stderr[-3000:]}")
        return done.stdout


def run_ours(program, file, data_dir):
    """(CPU seconds, seconds, standard output) of a run; None if the program refuses the query."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run([program, "run", "--quiet", "--fresh", "--data-dir", str(data_dir),
                           "-D", "parallelism.default=1",
                           "-D", "execution.checkpointing.interval=1 h", str(file)],
                          capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        print(done.stderr[-1500:], file=sys.stderr)
        return None
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, seconds, done.stdout


def left_after(text, key_columns):
    """The rows that remain when every change was made."""
    if key_columns:
        last = {}
        for change, row in re.findall(r"^([+-][IUD])\[(.*)\]$", text, re.MULTILINE):
            key = tuple(row.split(", ")[:key_columns])
            if change[0] == "+":
                last[key] = row
            elif change == "-D":
                last.pop(key, None)
        return collections.Counter(last.values())
    rows = collections.Counter()
    for change, row in re.findall(r"^([+-][IUD])\[(.*)\]$", text, re.MULTILINE):
        rows[row] += 1 if change[0] == "+" else -1
    return +rows


def rows_of_files(folder):
    rows = collections.Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith(("_", ".")):
            day = "/".join(path.relative_to(folder).parts[:-1])
            rows.update(f"{day} {line}" for line in path.read_text().splitlines())
    return rows


def compare_rows(name, ours, theirs):
    if name == "q12":
        return True, f"{sum(ours.values())} and {sum(theirs.values())} rows, by the clock"
    missing, more = theirs - ours, ours - theirs
    if not missing and not more:
        return True, f"{sum(ours.values())} rows"
    example = next(iter(missing or more))
    return False, f"{sum(missing.values())} missing, {sum(more.values())} too many, e.g. {example}"


def check_rows(program, flink, paths):
    good = True
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for side in ("ours", "flink"):
            (work / side).mkdir()
        sink = "'connector' = 'print'"
        theirs = flink.run("off", [fill(path, work / "flink", CHECK_EVENTS, sink, True)
                                   for path in paths])
        # What a job printed stands before its line RESULT.
        printed = re.split(r"^RESULT .*$", theirs, flags=re.MULTILINE)
        for path, their_rows in zip(paths, printed):
            done = run_ours(program, fill(path, work / "ours", CHECK_EVENTS, sink), work / "data")
            if done is None:
                print(f"{path.stem:<8} REFUSED", flush=True)
                good = False
                continue
            results = []
            for side, text in (("ours", done[2]), ("flink", their_rows)):
                files = work / side / f"files-{path.stem}"
                results.append(rows_of_files(files) if files.exists()
                               else left_after(text, LAST_BY_KEY.get(path.stem, 0)))
            same, text = compare_rows(path.stem, *results)
            good &= same
            print(f"{path.stem:<8} {'same' if same else 'DIFFERENT'}: {text}", flush=True)
    return good


def flink_costs(flink, paths, work, mini_batch):
    """Name -> CPU seconds of EVENTS events; each file runs small first to warm up."""
    files = []
    for path in [paths[0], *paths]:  # the first one warms up the JVM itself
        for events, side in ((WARM_EVENTS, "warm"), (EVENTS, "hot")):
            folder = work / f"flink-{mini_batch}-{side}"
            folder.mkdir(exist_ok=True)
            files.append(fill(path, folder, events, "'connector' = 'blackhole'", True))
    out = flink.run(mini_batch, files)
    return {pathlib.Path(name).stem: float(cpu)
            for name, cpu, _ in re.findall(r"RESULT (\S+) ([\d.]+) ([\d.]+)", out)
            if "-hot/" in name}


def our_costs(program, paths, work):
    costs = {}
    folder = work / "ours"
    folder.mkdir()
    for path in paths:
        file = fill(path, folder, EVENTS, "'connector' = 'blackhole'")
        runs = [run_ours(program, file, work / f"data-{path.stem}") for _ in range(RUNS)]
        if None not in runs:
            costs[path.stem] = min(run[0] for run in runs)
    return costs


def measure(program, flink, paths):
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        everything = [HERE / "queries" / "source.sql", *paths]
        ours = our_costs(program, everything, work)
        theirs = {setting: flink_costs(flink, everything, work, setting)
                  for setting in ("off", "on")}
    base_ours, base_theirs = ours["source"], min(costs["source"] for costs in theirs.values())
    print(f"generator: {EVENTS / base_ours:,.0f} events per CPU-second, "
          f"Flink {EVENTS / base_theirs:,.0f}")
    print(f"{'query':<8}{'ours ev/CPU-s':>15}{'Flink':>12}{'mini-batch':>12}{'ratio':>8}{'net':>8}")
    ratios, gross = [], []
    history = HERE.parent / "history"
    history.mkdir(exist_ok=True)
    with open(history / "nexmark.jsonl", "a", encoding="utf-8") as log:
        for path in paths:
            name = path.stem
            if name not in ours:
                print(f"{name:<8}refused")
                continue
            best = min(costs[name] for costs in theirs.values())
            setting = "on" if best == theirs["on"][name] else "off"
            net_ours = max(ours[name] - base_ours, LEAST_NET * base_ours)
            net_theirs = max(best - base_theirs, LEAST_NET * base_theirs)
            ratios.append(net_theirs / net_ours)
            gross.append(best / ours[name])
            print(f"{name:<8}{EVENTS / ours[name]:>15,.0f}{EVENTS / best:>12,.0f}"
                  f"{setting:>12}"
                  f"{best / ours[name]:>8.1f}{ratios[-1]:>8.1f}")
            log.write(json.dumps({
                "time": time.strftime("%Y-%m-%dT%H:%M:%S"), "query": name, "events": EVENTS,
                "millrace_cpu_s": round(ours[name], 3), "flink_cpu_s": round(best, 3),
                "mini_batch": setting, "millrace_source_s": round(base_ours, 3),
                "flink_source_s": round(base_theirs, 3),
                "net_ratio": round(ratios[-1], 2)}) + "\n")
    for what, found in (("ratios", gross), ("net ratios", ratios)):
        mean = math.exp(sum(map(math.log, found)) / len(found))
        print(f"{what} of {len(found)} queries: geometric mean {mean:.1f}, least {min(found):.1f}")


def main():
    program, libs, *names = sys.argv[1:]
    paths = queries(names)
    flink = Flink(libs)
    mode = os.environ.get("MODE", "all")
    good = True
    if mode != "speed":
        good = check_rows(program, flink, paths)
    if mode != "rows":
        measure(program, flink, paths)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
