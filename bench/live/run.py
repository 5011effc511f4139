#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kafka pipelines under load, as ratios within this run against a real broker.

usage: run.py MILLRACE KAFKA_TOOL PYTHON [ORACLE_LIBS]
  PYTHON       has confluent-kafka and onnxruntime, for the Python consumer
  ORACLE_LIBS  Flink's jars and its Kafka connector; without them Flink is left out

(a) JSON -> filter -> JSON: events per CPU-second against Flink and a bare librdkafka loop
(b) fraud, Kafka to Kafka: events per CPU-second against the Python consumer, and the time from due
    to seen at a fixed rate against the bare loop
CPU is that of the whole process, start-up included. A line a run goes to bench/history/live.jsonl.
LIVE_ONLY=fraud,pace runs these parts alone.
"""
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "kafka"))
sys.path.insert(0, str(ROOT / "bench"))
from broker import Broker  # noqa: E402
import compare  # noqa: E402

FILTER_RECORDS = 2_000_000
FRAUD_RECORDS = 500_000
RATE = 10_000
SECONDS = 20

PAYMENT = """id BIGINT, sent_us BIGINT, ts TIMESTAMP(3), card STRING, merchant STRING,
  category STRING, channel STRING, device STRING, amount DOUBLE, lat DOUBLE, lon DOUBLE"""
FILTER = """
CREATE TABLE source ({payment}) WITH ('connector' = 'kafka', 'topic' = 'payments',
  'properties.bootstrap.servers' = '{broker}', 'properties.group.id' = 'bench',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
  'format' = 'json');
CREATE TABLE target ({payment}) WITH ('connector' = 'kafka', 'topic' = '{target}',
  'properties.bootstrap.servers' = '{broker}', 'format' = 'json');
INSERT INTO target SELECT * FROM source WHERE channel = 'online';
"""


def cpu_of(arguments, **options):
    """CPU and wall seconds of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, **options)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def report(name, records, cpu, wall, base=None):
    rate = records / cpu
    against = f"   {rate / base:5.2f}x" if base else ""
    print(f"   {name:16} {rate:12,.0f} events/CPU-s   {records / wall:10,.0f} events/s{against}",
          flush=True)
    return rate


class Bench:
    def __init__(self, millrace, tool, python, libs, broker, work):
        self.millrace, self.tool, self.python, self.libs = millrace, tool, python, libs
        self.broker, self.work = broker, work
        shutil.copy(ROOT / "examples/fraud/model.onnx", work)

    def run_millrace(self, sql, **options):
        path = self.work / "pipeline.sql"
        path.write_text(sql)
        return cpu_of([self.millrace, "run", "--quiet", "--fresh", "--data-dir",
                       str(self.work / "data"), str(path)], cwd=self.work, **options)

    def filter(self):
        self.broker.create_topic("payments", 1)
        for topic in ("by_millrace", "by_flink", "by_loop"):
            self.broker.create_topic(topic, 1)
        subprocess.run([self.tool, "fill", self.broker.address, "payments", str(FILTER_RECORDS)],
                       check=True)
        print(f"(a) {FILTER_RECORDS:,} payments as JSON, filtered, as JSON")
        loop = report("bare loop", FILTER_RECORDS, *cpu_of(
            [self.tool, "copy", self.broker.address, "payments", "by_loop", str(FILTER_RECORDS)]))
        ours = report("millrace", FILTER_RECORDS, *self.run_millrace(FILTER.format(
            payment=PAYMENT, broker=self.broker.address, target="by_millrace")), loop)
        found = {"bare_loop": loop, "millrace": ours}
        if self.libs:
            path = self.work / "filter.sql"
            path.write_text(FILTER.format(payment=PAYMENT, broker=self.broker.address,
                                          target="by_flink"))
            cpu = compare.flink_cpu(self.libs, [path])["filter.sql"]
            found["flink"] = FILTER_RECORDS / cpu
            print(f"   {'flink (warm)':16} {found['flink']:12,.0f} events/CPU-s; millrace is "
                  f"{ours / found['flink']:.1f}x", flush=True)
        return found

    def fraud_sql(self, source, target, bounded):
        """examples/fraud/kafka without HTTP, from one topic to another."""
        text = (ROOT / "examples/fraud/kafka/pipeline.sql").read_text()
        middle = text.index("-- A payment that was sent twice")
        end = text.index("-- Route 1")
        kafka = f"'properties.bootstrap.servers' = '{self.broker.address}', 'format' = 'json'"
        bounds = "'scan.bounded.mode' = 'latest-offset', " if bounded else ""
        start = "earliest-offset" if bounded else "latest-offset"
        return (
            "SET 'millrace.over.emit' = 'on-arrival';\n"
            f"CREATE TABLE settled ({PAYMENT}, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) "
            f"WITH ('connector' = 'kafka', 'topic' = '{source}', {bounds}"
            f"'scan.startup.mode' = '{start}', {kafka});\n"
            "CREATE VIEW transactions AS SELECT *, CAST(NULL AS STRING) AS request_id "
            "FROM settled;\n"
            + text[middle:end].replace("amount, request_id,", "amount, sent_us, request_id,")
            + "CREATE TABLE decisions (id BIGINT, sent_us BIGINT, ts TIMESTAMP(3), card STRING, "
            "merchant STRING, amount DOUBLE, score DOUBLE, decision STRING) WITH ('connector' = "
            f"'kafka', 'topic' = '{target}', {kafka});\n"
            "INSERT INTO decisions SELECT id, sent_us, ts, card, merchant, amount, score, "
            "decision FROM scored;\n")

    def fraud(self):
        for topic in ("fraud_in", "fraud_millrace", "fraud_python"):
            self.broker.create_topic(topic, 1)
        subprocess.run([self.tool, "fill", self.broker.address, "fraud_in", str(FRAUD_RECORDS)],
                       check=True)
        model = ROOT / "examples/fraud/model.onnx"
        print(f"(b) {FRAUD_RECORDS:,} payments scored, Kafka to Kafka")
        python = report("python consumer", FRAUD_RECORDS, *cpu_of(
            [self.python, str(ROOT / "bench/live/python_consumer.py"), self.broker.address,
             "fraud_in", "fraud_python", str(FRAUD_RECORDS), str(model)]))
        ours = report("millrace", FRAUD_RECORDS, *self.run_millrace(
            self.fraud_sql("fraud_in", "fraud_millrace", bounded=True)), python)
        return {"python": python, "millrace": ours}

    def pace(self):
        print(f"    milliseconds from due to seen at {RATE:,}/s")
        found = {}
        for name in ("bare loop", "millrace"):
            tag = name.replace(" ", "_")
            for topic in ("in", "out"):
                self.broker.create_topic(f"paced_{topic}_{tag}", 1)
            topics = f"paced_in_{tag}", f"paced_out_{tag}"
            if name == "millrace":
                path = self.work / "paced.sql"
                path.write_text(self.fraud_sql(*topics, bounded=False))
                arguments = [self.millrace, "run", "--quiet", "--fresh", "--data-dir",
                             str(self.work / "paced"), str(path)]
            else:
                arguments = [self.tool, "copy", self.broker.address, *topics, "0"]
            process = subprocess.Popen(arguments, cwd=self.work, stderr=subprocess.DEVNULL)
            time.sleep(2)  # both start at the end of their topic
            try:
                out = subprocess.run(
                    [self.tool, "pace", self.broker.address, *topics, str(RATE), str(SECONDS)],
                    check=True, capture_output=True, text=True).stdout
            finally:
                process.send_signal(signal.SIGTERM if name == "millrace" else signal.SIGKILL)
                process.wait()
            found[tag] = json.loads(out)
            print(f"   {name:16} p50 {found[tag]['p50_ms']:8.2f}  p95 {found[tag]['p95_ms']:8.2f}  "
                  f"p99 {found[tag]['p99_ms']:8.2f}", flush=True)
        print(f"   p99 is {found['millrace']['p99_ms'] / found['bare_loop']['p99_ms']:.2f}x")
        return found


def main():
    millrace, tool, python, *libs = [os.path.abspath(a) for a in sys.argv[1:]]
    broker = Broker()
    try:
        with tempfile.TemporaryDirectory() as work:
            bench = Bench(millrace, tool, python, libs[0] if libs else None, broker,
                          pathlib.Path(work))
            parts = os.environ.get("LIVE_ONLY", "filter,fraud,pace").split(",")
            found = {part: getattr(bench, part)() for part in parts}
    finally:
        broker.stop()
    found["time"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with open(ROOT / "bench/history/live.jsonl", "a", encoding="utf-8") as history:
        history.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
