#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Running pipelines on a real broker as an operator sees them: lag while behind, copies that share
partitions, partitions that are added, null keys, and every family of metrics.

Usage: operations_test.py PATH_TO_MILLRACE [NAME_OF_A_TEST...]
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker  # noqa: E402
from case import MILLRACE, WAIT_SECONDS, KafkaCase, run_all  # noqa: E402

CHUNK = 8192  # records that a source takes at once
LISTEN = ("--listen", "127.0.0.1:0")
DISCOVERY = {"scan_topic__partition__discovery_interval": "200 ms"}

# Issue by issue what /metrics promises: counters end in _total, units are seconds, bytes or none.
FAMILIES = {
    "operator_rows_in_total": "counter", "operator_rows_out_total": "counter",
    "operator_batches_in_total": "counter", "operator_busy_seconds_total": "counter",
    "operator_queue_depth": "gauge", "filtered_rows_total": "counter",
    "late_rows_total": "counter", "error_rows_total": "counter", "dead_letters_total": "counter",
    "source_records_total": "counter", "source_rows_total": "counter",
    "source_bytes_total": "counter", "source_skipped_total": "counter",
    "source_lag_seconds": "gauge", "source_lag_records": "gauge",
    "watermark_delay_seconds": "gauge", "sink_rows_total": "counter",
    "sink_retries_total": "counter", "model_calls_total": "counter",
    "model_failed_rows_total": "counter", "shard_busy_seconds_total": "counter",
    "shard_idle_seconds_total": "counter", "shard_back_pressured_seconds_total": "counter",
    "latency_seconds": "histogram", "process_resident_memory_bytes": "gauge",
    "state_entries": "gauge", "state_bytes": "gauge", "job_running": "gauge",
    "epochs_total": "counter", "http_connections": "gauge", "http_requests_total": "counter",
    "latency_budget_seconds": "gauge", "latency_over_budget_total": "counter",
}
STAGES = ["ingest", "processing", "inference", "action", "end_to_end"]


def metrics(process):
    address = re.search(r"listening on (http://\S+:\d+)", process.said())
    if address is None:
        return ""
    with urllib.request.urlopen(address[1] + "/metrics", timeout=WAIT_SECONDS) as answer:
        return answer.read().decode()


def value_of(text, name, **labels):
    """The sum of the samples of this name that have these labels; None without any."""
    found = None
    for line in text.splitlines():
        match = re.fullmatch(rf"millrace_{name}(?:\{{(.*)\}})? (\S+)", line)
        if match and all(f'{key}="{label}"' in (match[1] or "") for key, label in labels.items()):
            found = (found or 0) + float(match[2])
    return found


class OperationsTest(KafkaCase):

    def kcat(self, *arguments, data=None):
        done = subprocess.run(["kcat", "-b", self.broker.address, "-q", *arguments], input=data,
                              capture_output=True, timeout=WAIT_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def produce(self, ids, partition=0, topic=None):
        lines = "".join('{"id": %d}\n' % number for number in ids)
        self.kcat("-P", "-t", topic or self.topic, "-p", str(partition), data=lines.encode())

    def consume(self, form="%s\n"):
        if self.topic + "_out" not in self.kcat("-L", "-J"):
            return []
        return self.kcat("-C", "-t", self.topic + "_out", "-e", "-f", form).splitlines()

    def ids_out(self):
        return [json.loads(line)["id"] for line in self.consume()]

    # ------------------------------------------------------------ lag

    def test_lag_is_known_while_behind(self):
        """A broker that never answers holds the pipeline up. What was read and what was not are all
        there is, also when more comes that is not fetched any more."""
        self.broker.create_topic(self.topic, 2)
        self.produce(range(40000), 0)
        self.produce(range(20000), 1)
        with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
            process = self.start_sql(
                self.table("src", "id BIGINT", bounded=False)
                + self.table("dst", "id BIGINT", topic="nowhere", **{
                    "properties_bootstrap_servers": f"127.0.0.1:{silent.getsockname()[1]}",
                    "properties_queue_buffering_max_messages": "1000"})
                + "INSERT INTO dst SELECT id FROM src;", extra=LISTEN)

            def adds_up(total):
                text = metrics(process)
                lag = value_of(text, "source_lag_records", table="src")
                read = value_of(text, "source_records_total", table="src")
                return lag and read and total - 2 * CHUNK <= lag + read <= total

            self.wait_until(lambda: adds_up(60000), "the lag is known", process)
            self.assertGreater(value_of(metrics(process), "source_lag_records"), 30000)
            self.assertGreater(value_of(metrics(process), "source_lag_seconds"), 0)
            self.produce(range(15000), 1)
            self.wait_until(lambda: adds_up(75000), "new records count", process)
            shown = subprocess.run(
                [MILLRACE, "top", "--data-dir", str(self.work / "p.data"), "--once", "--json"],
                capture_output=True, text=True, timeout=WAIT_SECONDS, check=False)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn('"lag_records"', shown.stdout)
            process.kill()

    def test_an_idle_topic_has_no_lag(self):
        self.produce(range(10))
        process = self.start_sql(self.endless_copy(), extra=LISTEN)
        self.wait_until(lambda: self.ids_out() == list(range(10)), "all is copied", process)
        for _ in range(20):
            text = metrics(process)
            self.assertEqual(value_of(text, "source_lag_records", table="src"), 0)
            self.assertEqual(value_of(text, "source_lag_seconds", table="src"), 0)
        self.stop(process)

    # ------------------------------------------------------------ dead letters

    def test_dead_letters_in_a_topic(self):
        """Each bad record is there with its key, its headers and why, also after the process was
        killed again and again."""
        count = 3000
        self.broker.create_topic(self.topic, 1)
        lines = "".join(f'k{i}|' + ('{"id": %d}' % i if i % 3 else "not json") + "\n"
                        for i in range(count))
        self.kcat("-P", "-t", self.topic, "-K", "|", "-H", "trace=7f", data=lines.encode())
        letters = self.topic + "_dlq"
        sql = (f"SET 'millrace.table.src.dead-letter.topic' = '{letters}';\n"
               + self.endless_copy())
        for pause in (0.4, 0.7, 0.5):
            process = self.start_sql(sql)
            time.sleep(pause)
            process.kill()
        process = self.start_sql(sql)

        def keys():
            if letters not in self.kcat("-L", "-J"):
                return []
            return self.kcat("-C", "-t", letters, "-e", "-f", "%k\n").splitlines()

        bad = {f"k{i}" for i in range(0, count, 3)}
        self.wait_until(lambda: set(keys()) == bad, "all letters are there", process)
        self.stop(process)
        first = self.kcat("-C", "-t", letters, "-c", "1", "-f", "%s|%h\n").strip()
        value, headers = first.split("|", 1)
        self.assertEqual(value, "not json")
        headers = dict(re.findall(r"([\w.]+)=(.*?)(?=,[\w.]+=|$)", headers))
        self.assertEqual(headers["trace"], "7f")
        self.assertEqual(headers["__connect.errors.topic"], self.topic)
        self.assertEqual(headers["__connect.errors.partition"], "0")
        self.assertEqual(headers["__connect.errors.offset"], "0")
        self.assertEqual(headers["__connect.errors.exception.class.name"], "MR0711")
        self.assertEqual(headers["millrace.attempts"], "1")
        ids = [line.split("millrace.id=")[1].split(",")[0] for line in
               self.kcat("-C", "-t", letters, "-e", "-f", "%h\n").splitlines()]
        self.assertEqual(len(set(ids)), len(bad))

    # ------------------------------------------------------------ keys

    def test_a_null_in_a_raw_key_is_a_null_key(self):
        keyed = {"key_format": "raw", "key_fields": "k", "value_fields__include": "EXCEPT_KEY"}
        dst = self.table("dst", "k STRING, id BIGINT", topic=self.topic + "_out", **keyed)
        rows = "VALUES ('a', 1), (CAST(NULL AS STRING), 2), ('', 3)"
        self.run_sql(dst + f"INSERT INTO dst {rows};")
        # %K is the length of the key, -1 without one.
        self.assertEqual(sorted(self.consume("%K|%k|%s\n")),
                         ['-1||{"id":2}', '0||{"id":3}', '1|a|{"id":1}'])
        read = [json.loads(row) for row in self.select(dst, "SELECT k, id FROM dst")]
        self.assertEqual(sorted(read, key=lambda row: row["id"]),
                         [{"k": "a", "id": 1}, {"k": None, "id": 2}, {"k": "", "id": 3}])
        # Other formats write what their NULL is.
        json_key = dict(keyed, key_format="json")
        self.run_sql(self.table("dst", "k STRING, id BIGINT", topic=self.topic + "_json",
                                **json_key) + f"INSERT INTO dst {rows};", "j")
        found = self.kcat("-C", "-t", self.topic + "_json", "-e", "-f", "%k|%s\n").splitlines()
        self.assertEqual(sorted(found),
                         ['{"k":""}|{"id":3}', '{"k":"a"}|{"id":1}', '{"k":null}|{"id":2}'])

    # ------------------------------------------------------------ partitions

    def test_two_copies_share_partitions(self):
        self.broker.create_topic(self.topic, 4)
        for partition in range(4):
            self.produce(range(partition * 100, partition * 100 + 100), partition)
        sql = self.endless_copy(source=DISCOVERY)
        copies = [self.start_sql(sql, f"copy{i}", extra=("--copy", f"{i}/2", *LISTEN))
                  for i in range(2)]
        self.wait_until(lambda: len(self.ids_out()) >= 400, "both have copied", copies[0])
        self.assertEqual(sorted(self.ids_out()), list(range(400)))
        for process in copies:
            self.wait_until(
                lambda one=process: value_of(metrics(one), "source_records_total") == 200,
                "each has read half", process)
        # A partition that is added belongs to one of them, too.
        self.broker.grow_topic(self.topic, 6)
        self.produce(range(400, 430), 4)
        self.produce(range(430, 500), 5)
        self.wait_until(lambda: len(self.ids_out()) >= 500, "new partitions are read", copies[0])
        self.assertEqual(sorted(self.ids_out()), list(range(500)))
        self.assertEqual([value_of(metrics(process), "source_records_total")
                          for process in copies], [230, 270])
        for process in copies:
            self.stop(process)
        # Both go on where they were.
        self.produce(range(500, 510), 0)
        self.produce(range(510, 520), 3)
        copies = [self.start_sql(sql, f"copy{i}", extra=("--copy", f"{i}/2")) for i in range(2)]
        self.wait_until(lambda: len(self.ids_out()) >= 520, "both go on", copies[0])
        self.assertEqual(sorted(self.ids_out()), list(range(520)))
        for process in copies:
            self.stop(process)

    def test_a_partition_that_is_added_is_read(self):
        self.broker.create_topic(self.topic, 1)
        self.produce(range(10))
        process = self.start_sql(self.endless_copy(source=DISCOVERY))
        self.wait_until(lambda: len(self.ids_out()) == 10, "the first partition is read", process)
        self.broker.grow_topic(self.topic, 3)
        self.produce(range(10, 20), 2)  # before or after it is found: none may be missing
        self.wait_until(lambda: len(self.ids_out()) == 20, "the new one is read", process)
        self.produce(range(20, 25), 0)
        self.produce(range(25, 30), 1)
        self.wait_until(lambda: len(self.ids_out()) == 30, "all are read", process)
        self.stop(process)
        self.assertEqual(sorted(self.ids_out()), list(range(30)))
        # It is kept where each was.
        self.produce([30], 2)
        process = self.start_sql(self.endless_copy(source=DISCOVERY))
        self.wait_until(lambda: len(self.ids_out()) == 31, "the next run goes on", process)
        self.stop(process)
        self.assertEqual(sorted(self.ids_out()), list(range(31)))

    # ------------------------------------------------------------ metrics

    def test_every_family_of_metrics(self):
        self.produce(range(100))
        process = self.start_sql(
            "SET 'millrace.latency-budget' = '1 ms';\n"
            + self.table("src", "id BIGINT, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', "
                         "WATERMARK FOR ts AS ts - INTERVAL '1' SECOND", bounded=False)
            + "CREATE MODEL same INPUT (id BIGINT) OUTPUT (score BIGINT) "
              "WITH ('provider' = 'echo');\n"
            + self.table("dst", "id BIGINT, score BIGINT", topic=self.topic + "_out")
            + "INSERT INTO dst SELECT id, score FROM "
              "ML_PREDICT(TABLE src, MODEL same, DESCRIPTOR(id)) WHERE id >= 10;", extra=LISTEN)
        self.wait_until(
            lambda: value_of(metrics(process), "latency_seconds_count", stage="end_to_end") == 90,
            "all is scored", process)
        self.wait_until(lambda: value_of(metrics(process), "source_lag_records") == 0,
                        "the lag was looked at", process)
        text = metrics(process)
        types = dict(re.findall(r"^# TYPE millrace_(\S+) (\S+)$", text, re.MULTILINE))
        missing = {name: kind for name, kind in FAMILIES.items() if types.get(name) != kind}
        self.assertEqual(missing, {}, text)
        for name, kind in types.items():
            self.assertEqual(kind == "counter", name.endswith("_total"), name)
            self.assertNotRegex(name, "milli|micro|nanos|kilo|minutes|_ms")
        for stage in STAGES:
            self.assertEqual(
                value_of(text, "latency_seconds_count", stage=stage, table="dst"), 90, stage)
        self.assertEqual(value_of(text, "source_records_total", table="src"), 100)
        self.assertEqual(value_of(text, "sink_rows_total", table="dst"), 90)
        self.assertEqual(value_of(text, "filtered_rows_total"), 10)
        self.assertEqual(value_of(text, "source_lag_records", table="src"), 0)
        self.assertGreaterEqual(value_of(text, "model_calls_total"), 1)
        self.assertEqual(value_of(text, "model_failed_rows_total"), 0)
        self.assertEqual(value_of(text, "sink_retries_total", table="dst"), 0)
        self.assertGreater(value_of(text, "source_bytes_total"), 100)
        self.assertGreater(value_of(text, "process_resident_memory_bytes"), 1 << 20)
        self.assertGreater(value_of(text, "watermark_delay_seconds", operator="Sink"), 0)
        if shutil.which("promtool"):
            done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.stop(process)


if __name__ == "__main__":
    run_all(OperationsTest, Broker)
