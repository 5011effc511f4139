#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""State larger than memory: a start with it, and updates of keys drawn uniformly from it.

usage: run.py MILLRACE [FLINK_LIBS...]
- fill: KEYS (10,000,000) groups come into being, with a memory budget of BUDGET_MB for state
- updates: UPDATES (4,000,000) rows for random ones of them; BUDGET_MB (a quarter of what the
  groups take in memory) makes most of them cold. Events per second of processor time, of the
  whole process, and by the clock; `settled` counts what is done in the background afterwards too.
- restart (not Flink): killed, then the time from the start to the first row that has been through
  the state, against the same with no state
Flink runs the same SQL on the same files: RocksDB with incremental checkpoints, managed memory of
BUDGET_MB, the same INTERVAL (10 s) between checkpoints. ONLY=millrace or flink runs one of them.
A line per engine is appended to bench/history/state.jsonl.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
KEYS = int(os.environ.get("KEYS", "10000000"))
UPDATES = int(os.environ.get("UPDATES", "4000000"))
BYTES_PER_KEY = 110
SETTLE_SECONDS = 25  # epochs are gathered and checkpoints wait that long at most
BUDGET_MB = int(os.environ.get("BUDGET_MB", str(max(16, KEYS * BYTES_PER_KEY // 4 >> 20))))
INTERVAL = os.environ.get("INTERVAL", "10 s")
SQL = """
CREATE TABLE orders (k BIGINT, name STRING, v BIGINT) WITH ('connector' = 'filesystem',
  'path' = '{path}', 'format' = 'csv', 'source.monitor-interval' = '100 ms');
CREATE TABLE seen (k BIGINT, n BIGINT, total BIGINT) WITH ('connector' = 'print');
INSERT INTO seen SELECT k, n, total FROM (
  SELECT k, name, COUNT(*) AS n, SUM(v) AS total FROM orders GROUP BY k, name)
WHERE total >= 1000000000000;
"""
OPENS = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in (
    "java.lang", "java.util", "java.util.concurrent", "java.net", "java.io", "java.nio",
    "java.lang.reflect", "java.text", "java.time", "sun.nio.ch")]


class Engine:
    """A process that reads the files of its folder in the order in which they come."""

    def __init__(self, name, work, command):
        self.name = name
        self.work = work / name
        self.input = self.work / "in"
        self.input.mkdir(parents=True)
        self.work.joinpath("p.sql").write_text(SQL.format(path=self.input), encoding="utf-8")
        self.command = command
        self.files = 0
        self.process = None

    def start(self):
        with open(self.work / "out", "w", encoding="utf-8") as out, \
                open(self.work / "err", "a", encoding="utf-8") as err:
            self.process = subprocess.Popen(["nice", "-n", "10", *self.command], cwd=self.work,
                                            stdout=out, stderr=err)

    def put(self, rows_file=None):
        """Gives it a file of rows (a link) or, without one, a row that comes out as a mark."""
        self.files += 1
        name = f"{self.files:04}.csv"
        if rows_file is not None:
            os.link(rows_file, self.input / name)
            return None
        hidden = self.input / ("." + name)
        hidden.write_text(f"{-self.files},mark,1000000000000\n", encoding="utf-8")
        hidden.rename(self.input / name)
        return f"+I[{-self.files}, 1, 1000000000000]"

    def wait(self, mark):
        while mark not in (self.work / "out").read_text(encoding="utf-8"):
            if self.process.poll() is not None:
                sys.exit((self.work / "err").read_text(encoding="utf-8")[-3000:])
            time.sleep(0.01)

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2]
        return sum(int(ticks) for ticks in fields.split()[11:13]) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) >> 10
        return 0

    def settle(self):
        """Until nothing is done any more but what an idle one does; SETTLE_SECONDS at least."""
        until = time.monotonic() + SETTLE_SECONDS
        while True:
            before = self.cpu()
            time.sleep(4)
            if self.cpu() - before < 0.4 and time.monotonic() > until:
                return

    def stage(self, rows_file, rows):
        started, used = time.monotonic(), self.cpu()
        self.put(rows_file)
        time.sleep(1)  # so that the mark is found behind it
        self.wait(self.put())
        found = {"wall_s": time.monotonic() - started, "cpu_s": self.cpu() - used}
        self.settle()
        found["settled_cpu_s"] = self.cpu() - used
        found["memory_mb"] = self.memory_mb()
        print(f"  {self.name:<9}{rows:>12,} rows: {rows / found['cpu_s']:>10,.0f} a CPU-second "
              f"({rows / found['settled_cpu_s']:,.0f} settled), {rows / found['wall_s']:,.0f} a "
              f"second, at most {found['memory_mb']:,} MB", flush=True)
        return {key: round(value, 2) for key, value in found.items()}

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def millrace(program, work, name):
    return Engine(name, work, [
        program, "run", "--quiet", "--data-dir", "data", "-D",
        f"state.memory-budget={BUDGET_MB} mb", "-D",
        f"execution.checkpointing.interval={INTERVAL}", "p.sql"])


def flink(libs, work):
    classes = work / "classes"
    path = ":".join(f"{folder}/*" for folder in libs)
    subprocess.run(["javac", "-nowarn", "-d", classes, "-cp", path, HERE / "FlinkState.java"],
                   check=True)
    return Engine("flink", work, [
        "java", "-Xmx2g", *OPENS, "-cp", f"{classes}:{path}", "FlinkState", "p.sql",
        "state.backend.type=rocksdb", "execution.checkpointing.incremental=true",
        f"state.backend.rocksdb.localdir={work}/flink/rocksdb",
        f"execution.checkpointing.dir=file://{work}/flink/checkpoints",
        f"taskmanager.memory.managed.size={BUDGET_MB}m",
        f"execution.checkpointing.interval={INTERVAL}"])


def write_rows(path, keys):
    with open(path, "w", encoding="utf-8") as file:
        for key in keys:
            file.write(f"{key},customer-{key},1\n")


def seconds_to_first_row(engine):
    started = time.monotonic()
    mark = engine.put()
    engine.start()
    engine.wait(mark)
    return time.monotonic() - started


def restart(engine, empty):
    found = {"empty_s": [], "full_s": []}
    for _ in range(3):
        for side, at in (("empty_s", empty), ("full_s", engine)):
            found[side].append(round(seconds_to_first_row(at), 2))
            at.kill()
    print(f"  restart: first row after {found['full_s']} s with {KEYS:,} keys, "
          f"{found['empty_s']} s with none")
    return found


def main():
    program, libs = os.path.abspath(sys.argv[1]), [os.path.abspath(a) for a in sys.argv[2:]]
    only = os.environ.get("ONLY", "millrace,flink").split(",")
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        fill, updates = work / "fill.csv", work / "updates.csv"
        draw = random.Random(1)
        write_rows(fill, range(KEYS))
        write_rows(updates, (draw.randrange(KEYS) for _ in range(UPDATES)))
        engines = [millrace(program, work, "millrace")] if "millrace" in only else []
        if libs and "flink" in only:
            engines.append(flink(libs, work))
        print(f"{KEYS:,} keys, {UPDATES:,} updates, budget {BUDGET_MB} MB, interval {INTERVAL}")
        lines = []
        for engine in engines:
            engine.start()
            engine.wait(engine.put())
            line = {"engine": engine.name, "keys": KEYS, "updates": UPDATES,
                    "budget_mb": BUDGET_MB, "interval": INTERVAL,
                    "fill": engine.stage(fill, KEYS), "update": engine.stage(updates, UPDATES)}
            engine.kill()
            if engine.name == "millrace" and os.environ.get("RESTART", "1") == "1":
                line["restart"] = restart(engine, millrace(program, work, "empty"))
            lines.append(line)
            shutil.rmtree(engine.work)
        for kind in ("cpu_s", "settled_cpu_s", "wall_s"):
            if len(lines) == 2:
                print(f"  updates, Flink's {kind} over ours: "
                      f"{lines[1]['update'][kind] / lines[0]['update'][kind]:.2f}")
    history = HERE.parent / "history" / "state.jsonl"
    with open(history, "a", encoding="utf-8") as log:
        for line in lines:
            log.write(json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%S"), **line}) + "\n")


if __name__ == "__main__":
    main()
