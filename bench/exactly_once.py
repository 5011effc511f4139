#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What exactly-once costs.

Usage: exactly_once.py PATH_TO_MILLRACE [LIVE_KAFKA_TOOL]
- memory: TUMBLE over 10,000 keys and running totals of 10,000 keys, from a generator to a
  blackhole, with an epoch every 200 ms against one at the end
- fraud: examples/fraud from topic to topic, in transactions against nothing that is waited for
- visible: how long after it was due a read_committed reader sees a row
- action: an action alone in an idle pipeline against a bare sync (action.py)
- restart: how long a start takes with the state of KEYS keys
fraud and visible need live_kafka_tool. ONLY=fraud,action runs these parts alone; PAIRS (3) runs of
each side. Sides take turns and run for SECONDS_MIN at least.
"""
import json
import os
import pathlib
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import action

ROOT = pathlib.Path(__file__).resolve().parents[1]
SECONDS_MIN = 10
KEYS = 1_000_000
FRAUD_ROWS = 1_000_000
RATE = 50_000
PACE_SECONDS = 20
INTERVAL_MS = 200
OFF = "execution.checkpointing.interval=1 h"
ON = f"execution.checkpointing.interval={INTERVAL_MS} ms"

SOURCE = """
CREATE TABLE src (id BIGINT, k BIGINT, v DOUBLE, ts AS TO_TIMESTAMP_LTZ(id / 10, 3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen',
  'number-of-rows' = '{rows}', 'rows-per-second' = '1000000000', 'fields.id.kind' = 'sequence',
  'fields.id.start' = '0', 'fields.id.end' = '{last}', 'fields.k.min' = '0',
  'fields.k.max' = '{keys}');
"""
QUERIES = {
    "TUMBLE": """CREATE TABLE snk (k BIGINT, n BIGINT, s DOUBLE) WITH ('connector' = 'blackhole');
INSERT INTO snk SELECT k, COUNT(*), SUM(v)
FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY k, window_start, window_end;""",
    "GROUP BY": """CREATE TABLE snk (k BIGINT, n BIGINT, s DOUBLE) WITH ('connector' = 'blackhole');
INSERT INTO snk SELECT k, COUNT(*), SUM(v) FROM src GROUP BY k;""",
}


def write(work, text, rows, keys):
    path = os.path.join(work, "query.sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SOURCE.format(rows=rows, last=rows - 1, keys=keys - 1) + text)
    return path


def children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(millrace, work, query, *settings):
    """(wall, CPU) seconds of a bounded run, start-up included."""
    data = os.path.join(work, "data")
    shutil.rmtree(data, ignore_errors=True)
    used = children()
    started = time.monotonic()
    done = subprocess.run(
        [millrace, "run", "--quiet", query, "--data-dir", data,
         *(word for setting in settings for word in ("-D", setting))],
        cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr.decode())
    return time.monotonic() - started, children() - used


def compare(name, count, pairs, off, on):
    """`off` and `on` give (wall, CPU) seconds of `count` rows; they take turns, in both orders."""
    found = []
    for pair in range(pairs):
        both = {}
        for way in ((off, on) if pair % 2 == 0 else (on, off)):
            both[way] = way()
        found.append((both[off], both[on]))
        print("    off {:.1f} s, {:.1f} CPU s; on {:.1f} s, {:.1f} CPU s".format(
            *both[off], *both[on]), flush=True)
    loss = [statistics.median(1 - pair[0][kind] / pair[1][kind] for pair in found)
            for kind in (0, 1)]
    rows = [statistics.median(count / pair[side][0] for pair in found) for side in (0, 1)]
    print(f"{name}: {rows[0]:,.0f} rows/s without exactly-once, {rows[1]:,.0f} with; throughput "
          f"lost {loss[0]:.1%} by the clock, {loss[1]:.1%} by CPU time (medians of {pairs} pairs)",
          flush=True)


def in_memory(millrace, work, pairs):
    for name, text in QUERIES.items():
        probe = write(work, text, 4_000_000, 10_000)
        rows = int(4_000_000 / run(millrace, work, probe, OFF)[0] * SECONDS_MIN * 1.3)
        query = write(work, text, rows, 10_000)
        compare(f"{name}, 10,000 keys", rows, pairs,
                lambda query=query: run(millrace, work, query, OFF),
                lambda query=query: run(millrace, work, query, ON))


class OnKafka:
    def __init__(self, millrace, tool, work):
        sys.path[:0] = [str(ROOT / "tests" / "kafka"), str(ROOT / "bench" / "live")]
        import broker
        import run as live
        self.millrace = millrace
        self.tool = tool
        self.work = work
        self.broker = broker.Broker()
        self.sql = live.Bench(millrace, tool, None, None, self.broker,
                              pathlib.Path(work)).fraud_sql
        self.runs = 0

    def once(self, text, guarantee):
        """The options of its last table with this guarantee."""
        if guarantee == "exactly-once":
            guarantee += "', 'sink.transactional-id-prefix' = 'bench"
        head, kafka, tail = text.rpartition("'connector' = 'kafka'")
        return f"{head}{kafka}, 'sink.delivery-guarantee' = '{guarantee}'{tail}"

    def fraud(self, pairs):
        """Kafka to Kafka; off: nothing is waited for, and the only epoch is that of the end."""
        self.broker.create_topic("payments", 1)
        subprocess.run([self.tool, "fill", self.broker.address, "payments", str(FRAUD_ROWS)],
                       check=True)

        def way(guarantee, setting):
            self.runs += 1
            self.broker.create_topic(f"fraud{self.runs}", 1)
            path = os.path.join(self.work, "fraud.sql")
            text = self.once(self.sql("payments", f"fraud{self.runs}", bounded=True), guarantee)
            pathlib.Path(path).write_text(text, encoding="utf-8")
            return run(self.millrace, self.work, path, setting)

        compare("fraud, Kafka to Kafka", FRAUD_ROWS, pairs, lambda: way("none", OFF),
                lambda: way("exactly-once", ON))

    def visible(self):
        """From due to seen by a read_committed reader."""
        for topic in ("paced_in", "paced_out"):
            self.broker.create_topic(topic, 1)
        kafka = ("'connector' = 'kafka', 'format' = 'json', "
                 f"'properties.bootstrap.servers' = '{self.broker.address}'")
        columns = "id BIGINT, sent_us BIGINT, card STRING, amount DOUBLE"
        path = pathlib.Path(self.work) / "paced.sql"
        path.write_text(
            f"CREATE TABLE src ({columns}) WITH ({kafka}, 'topic' = 'paced_in', "
            "'scan.startup.mode' = 'latest-offset');\n"
            f"CREATE TABLE dst ({columns}) WITH ({kafka}, 'topic' = 'paced_out', "
            "'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'b');\n"
            "INSERT INTO dst SELECT * FROM src WHERE amount >= 0;\n", encoding="utf-8")
        process = subprocess.Popen(
            [self.millrace, "run", "--quiet", "-D", ON, "--data-dir",
             os.path.join(self.work, "paced"), str(path)], stderr=subprocess.DEVNULL)
        time.sleep(4)  # it starts at the end of its topic
        try:
            out = subprocess.run(
                [self.tool, "pace", self.broker.address, "paced_in", "paced_out", str(RATE),
                 str(PACE_SECONDS)], check=True, capture_output=True, text=True).stdout
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
        found = json.loads(out)
        print(f"seen by a read_committed reader at {RATE:,} rows/s, interval {INTERVAL_MS} ms: "
              f"p50 {found['p50_ms']:.0f}, p95 {found['p95_ms']:.0f}, p99 {found['p99_ms']:.0f} ms "
              f"= {found['p99_ms'] / INTERVAL_MS:.2f}x the interval", flush=True)


def restart(millrace, work):
    """Seconds from start to the first row, with the state of KEYS keys and with none."""
    text = QUERIES["GROUP BY"]
    endless = write(work, text, 1_000_000_000_000, KEYS)
    data = os.path.join(work, "data")
    shutil.rmtree(data, ignore_errors=True)
    seconds = []
    for turn in range(2):
        started = time.monotonic()
        process = subprocess.Popen([millrace, "run", endless, "--data-dir", data],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        journal = os.path.join(data, "journal")
        before = None
        while True:  # the first epoch with rows
            size = sum(os.path.getsize(os.path.join(journal, name))
                       for name in os.listdir(journal)) if os.path.isdir(journal) else 0
            if before is not None and size > before + 100_000:
                break
            if process.poll() is not None:
                sys.exit(process.stderr.read().decode())
            before = size if before is None and size > 0 else before
            time.sleep(0.005)
        seconds.append(time.monotonic() - started)
        time.sleep(8 if turn == 0 else 0)
        process.send_signal(signal.SIGTERM)
        process.wait()
    print(f"GROUP BY, {KEYS:,} keys: first epoch {seconds[0]:.2f} s after a start without state, "
          f"{seconds[1]:.2f} s with")


def main():
    millrace = os.path.abspath(sys.argv[1])
    tool = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
    pairs = int(os.environ.get("PAIRS", "3"))
    wanted = os.environ.get("ONLY", "memory,fraud,visible,action,restart").split(",")
    with tempfile.TemporaryDirectory() as work:
        if "memory" in wanted:
            in_memory(millrace, work, pairs)
        if tool is not None and {"fraud", "visible"} & set(wanted):
            kafka = OnKafka(millrace, tool, work)
            try:
                if "fraud" in wanted:
                    kafka.fraud(pairs)
                if "visible" in wanted:
                    kafka.visible()
            finally:
                kafka.broker.stop()
        if "action" in wanted:
            action.measure(millrace, 200)
        if "restart" in wanted:
            restart(millrace, work)


if __name__ == "__main__":
    main()
