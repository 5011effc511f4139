#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kafka tables against a real broker: formats, keys and metadata, startup and bounded modes,
tombstones, and what is left when the broker or millrace is killed.

Usage: kafka_test.py PATH_TO_MILLRACE [NAME_OF_A_TEST...]
One broker for all tests; each test has topics of its own. Results are read back with kcat.
"""
import collections
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import Broker  # noqa: E402
from case import MILLRACE, WAIT_SECONDS, KafkaCase, run_all  # noqa: E402


def kcat(*arguments, data=None, broker=None):
    done = subprocess.run(["kcat", "-b", broker or KafkaTest.broker.address, "-q", *arguments],
                          input=data, capture_output=True, timeout=WAIT_SECONDS, check=False)
    if done.returncode != 0:
        raise AssertionError(f"kcat {arguments}: {done.stderr.decode()}")
    return done.stdout.decode()


def produce(topic, lines, *arguments):
    kcat("-P", "-t", topic, *arguments, data="\n".join(lines).encode() + b"\n")


def consume(topic, form="%s\n", *arguments):
    """All records there are now."""
    return kcat("-C", "-t", topic, "-e", "-f", form, *arguments).splitlines()


class KafkaTest(KafkaCase):
    # ------------------------------------------------------------ formats, keys, metadata

    def test_filter_json(self):
        produce(self.topic, ['{"id": %d, "amount": %d.5}' % (i, i) for i in range(100)])
        self.run_sql(
            self.table("src", "id BIGINT, amount DOUBLE")
            + self.table("dst", "id BIGINT, amount DOUBLE", topic=self.topic + "_out")
            + "INSERT INTO dst SELECT id, amount FROM src WHERE id >= 90;")
        self.assertEqual(consume(self.topic + "_out"),
                         ['{"id":%d,"amount":%d.5}' % (i, i) for i in range(90, 100)])

    def test_keys_and_value_parts(self):
        out = self.topic + "_out"
        source = ("CREATE TABLE src (id BIGINT, name STRING, n INT) WITH ('connector' = 'datagen',"
                  "'number-of-rows' = '3', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1',"
                  "'fields.id.end' = '3');\n")
        keyed = {"key_format": "json", "key_fields": "k_id;k_name", "key_fields__prefix": "k_",
                 "value_fields__include": "EXCEPT_KEY", "value_format": "csv", "format": None}
        # The names of options hold no underscore, so the prefix is set by hand.
        dst = self.table("dst", "k_id BIGINT, k_name STRING, n INT, again BIGINT", topic=out,
                         **keyed).replace("'k.'", "'k_'").replace("k.id;k.name", "k_id;k_name")
        self.run_sql(source + dst
                     + "INSERT INTO dst SELECT id, 'n' || CAST(id AS STRING), 5, id * 2 FROM src;")
        self.assertEqual(consume(out, "%k|%s\n"), ['{"id":%d,"name":"n%d"}|5,%d' % (i, i, 2 * i)
                                                   for i in (1, 2, 3)])
        rows = self.select(dst, "SELECT k_id, k_name, n, again FROM dst")
        self.assertEqual([json.loads(row) for row in rows],
                         [{"k_id": i, "k_name": f"n{i}", "n": 5, "again": 2 * i}
                          for i in (1, 2, 3)])

    def test_raw_and_nulls(self):
        kcat("-P", "-t", self.topic, "-K", ":", "-Z", data=b"a:one\nb:\nc:three\n")
        rows = self.select(
            self.table("src", "k STRING, v STRING", format="raw", key_format="raw", key_fields="k",
                       value_fields__include="EXCEPT_KEY"),
            "SELECT k, v FROM src")
        self.assertEqual([json.loads(row) for row in rows],
                         [{"k": "a", "v": "one"}, {"k": "b", "v": None}, {"k": "c", "v": "three"}])
        rows = self.select(self.table("src", "v STRING", format="csv"), "SELECT v FROM src")
        self.assertEqual([json.loads(row)["v"] for row in rows], ["one", "three"])

    def test_metadata(self):
        out = self.topic + "_out"
        columns = ("v STRING, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', "
                   "h MAP<STRING, BYTES> METADATA FROM 'headers'")
        self.run_sql(
            self.table("dst", columns, topic=out)
            + "INSERT INTO dst VALUES ('x', TO_TIMESTAMP_LTZ(1700000000123, 3), "
              "MAP['trace', ENCODE('abc', 'UTF-8')]);")
        self.assertEqual(consume(out, "%s %T %h\n"), ['{"v":"x"} 1700000000123 trace=abc'])
        rows = self.select(
            self.table("src", columns + ", t STRING METADATA FROM 'topic' VIRTUAL, "
                       "p INT METADATA FROM 'partition' VIRTUAL, "
                       "o BIGINT METADATA FROM 'offset' VIRTUAL, "
                       "e INT METADATA FROM 'leader-epoch' VIRTUAL, "
                       "tt STRING METADATA FROM 'timestamp-type' VIRTUAL", topic=out),
            "SELECT v, DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm:ss.SSS') AS ts, DECODE(h['trace'], "
            "'UTF-8') AS h, t, p, o, e, tt FROM src")
        self.assertEqual([json.loads(row) for row in rows],
                         [{"v": "x", "ts": "2023-11-14 22:13:20.123", "h": "abc", "t": out, "p": 0,
                           "o": 0, "e": 0, "tt": "CreateTime"}])

    def test_bad_records_are_put_aside(self):
        kcat("-P", "-t", self.topic, "-K", ":", data=b'k1:{"id": 1}\nk2:{broken\nk3:{"id": 3}\n')
        self.run_sql(
            self.table("src", "k STRING, id BIGINT", key_format="raw", key_fields="k",
                       value_fields__include="EXCEPT_KEY")
            + self.table("dst", "id BIGINT", topic=self.topic + "_out")
            + "INSERT INTO dst SELECT id FROM src;")
        self.assertEqual(consume(self.topic + "_out"), ['{"id":1}', '{"id":3}'])
        letter = json.loads((self.work / "p.data/dead-letters/src.jsonl").read_text())
        self.assertEqual((letter["split"], letter["position"], letter["key"], letter["raw"]),
                         (self.topic + "-0", "offset 1", "k2", "{broken"))

    # ------------------------------------------------------------ where reading starts and ends

    def test_startup_and_bounded_modes(self):
        for i in range(6):
            produce(self.topic, ['{"id": %d}' % i])
            if i == 2:
                time.sleep(0.05)
                middle = int(time.time() * 1000)
                time.sleep(0.05)

        def ids(**options):
            rows = self.select(self.table("src", "id BIGINT", **options), "SELECT id FROM src")
            return [json.loads(row)["id"] for row in rows]

        self.assertEqual(ids(), [0, 1, 2, 3, 4, 5])
        self.assertEqual(ids(scan_startup_mode="latest-offset"), [])
        self.assertEqual(ids(scan_startup_mode="timestamp",
                             scan_startup_timestamp__millis=middle), [3, 4, 5])
        self.assertEqual(ids(scan_startup_mode="specific-offsets",
                             scan_startup_specific__offsets="partition:0,offset:4"), [4, 5])
        self.assertEqual(ids(scan_bounded_mode="timestamp",
                             scan_bounded_timestamp__millis=middle), [0, 1, 2])
        self.assertEqual(ids(scan_bounded_mode="specific-offsets",
                             scan_bounded_specific__offsets="partition:0,offset:2"), [0, 1])
        # The group has committed nothing: refused, as nobody said where to start.
        answer = self.run_sql(
            self.table("src", "id BIGINT", scan_startup_mode=None, properties_group_id="g1")
            + "SELECT id FROM src;", expect=1)
        self.assertIn("MR0526", answer)
        self.assertEqual(ids(scan_startup_mode=None, properties_group_id="g1",
                             properties_auto_offset_reset="earliest"), [0, 1, 2, 3, 4, 5])

    def test_group_offsets_are_committed_for_display(self):
        produce(self.topic, ['{"id": %d}' % i for i in range(5)])
        self.run_sql(
            self.table("src", "id BIGINT", properties_group_id="shown")
            + self.table("dst", "id BIGINT", topic=self.topic + "_out")
            + "INSERT INTO dst SELECT id FROM src;")
        produce(self.topic, ['{"id": 5}'])
        rows = self.select(
            self.table("src", "id BIGINT", scan_startup_mode="group-offsets",
                       properties_group_id="shown"), "SELECT id FROM src")
        self.assertEqual([json.loads(row)["id"] for row in rows], [5])

    def test_many_partitions_and_pattern(self):
        for part in ("a", "b"):
            self.broker.create_topic(f"{self.topic}_{part}", 3)
        for partition in range(3):
            produce(self.topic + "_a", ['{"id": %d}' % partition], "-p", str(partition))
            produce(self.topic + "_b", ['{"id": %d}' % (10 + partition)], "-p", str(partition))
        rows = self.select(
            self.table("src", "id BIGINT", topic=None).replace(
                f"'topic' = '{self.topic}'", f"'topic-pattern' = '{self.topic}_.'"),
            "SELECT id FROM src")
        self.assertEqual(sorted(json.loads(row)["id"] for row in rows), [0, 1, 2, 10, 11, 12])

    # ------------------------------------------------------------ upserts

    def test_upserts_and_tombstones(self):
        options = {"connector": "upsert-kafka", "key_format": "json", "value_format": "json",
                   "format": None, "scan_startup_mode": None}
        counts = self.table("counts", "word STRING, n BIGINT, PRIMARY KEY (word) NOT ENFORCED",
                            **options)
        self.run_sql(counts + "INSERT INTO counts SELECT word, COUNT(*) FROM (VALUES ('a'), ('b'), "
                              "('a')) AS t(word) GROUP BY word;")
        records = consume(self.topic, "%k %s\n")
        self.assertEqual(sorted(records), ['{"word":"a"} {"word":"a","n":1}',
                                           '{"word":"a"} {"word":"a","n":2}',
                                           '{"word":"b"} {"word":"b","n":1}'])
        # The key of the second version is another one: the first is deleted.
        largest = self.table("largest", "n INT, PRIMARY KEY (n) NOT ENFORCED",
                             topic=self.topic + "_largest", **options)
        self.run_sql(largest + "INSERT INTO largest SELECT MAX(n) FROM (VALUES (1), (1), (5)) "
                               "AS t(n);", "l")
        self.assertEqual(consume(self.topic + "_largest", "%k %S\n")[-1], '{"n":5} 7')
        self.assertIn('{"n":1} -1', consume(self.topic + "_largest", "%k %S\n"))
        kcat("-P", "-t", self.topic, "-K", "|", "-Z", data=b'{"word":"b"}|\n')
        path = self.work / "changes.sql"
        path.write_text(counts + "SELECT word, n FROM counts;\n")
        done = subprocess.run([MILLRACE, "run", str(path), "--format", "changelog", "--data-dir",
                               str(self.work / "c.data")],
                              capture_output=True, text=True, timeout=WAIT_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.split("\n")
        a = [line for line in lines if "a, " in line]
        b = [line for line in lines if "b, " in line]
        self.assertEqual(a, ["+I[a, 1]", "-U[a, 1]", "+U[a, 2]"])
        self.assertEqual(b, ["+I[b, 1]", "-D[b, 1]"])

    # ------------------------------------------------------------ faults

    def ids_out(self):
        """What has come out; the topic comes into being with its first record."""
        if self.topic + "_out" not in kcat("-L", "-J"):
            return []
        return [json.loads(line)["id"] for line in consume(self.topic + "_out")]

    def test_broker_killed_in_mid_run(self):
        self.broker.create_topic(self.topic, 2)
        self.broker.create_topic(self.topic + "_out", 2)
        process = self.start_sql(self.endless_copy())
        produce(self.topic, ['{"id": %d}' % i for i in range(20000)])
        self.wait_until(lambda: len(self.ids_out()) > 100, "rows come out", process)
        self.broker.kill()
        time.sleep(1)
        self.broker.start()
        produce(self.topic, ['{"id": %d}' % i for i in range(20000, 40000)])
        self.wait_until(lambda: len(set(self.ids_out())) == 40000,
                        "all rows have come out", process)
        self.assertIsNone(process.poll())
        self.stop(process)
        self.assertEqual(sorted(self.ids_out()), list(range(40000)))

    def test_millrace_killed_again_and_again(self):
        self.broker.create_topic(self.topic, 2)
        self.broker.create_topic(self.topic + "_out", 1)
        total = 60000
        for start in range(0, total, 10000):
            produce(self.topic, ['{"id": %d}' % i for i in range(start, start + 10000)])
        for seconds in (0.4, 0.5, 0.6, 0.7, 0.9):
            process = self.start_sql(self.endless_copy())
            time.sleep(seconds)
            process.kill()
        process = self.start_sql(self.endless_copy())
        self.wait_until(lambda: len(set(self.ids_out())) == total,
                        "every record has come out", process)
        self.stop(process)
        found = collections.Counter(self.ids_out())
        self.assertEqual(len(found), total)

    def test_stopped_and_resumed_each_record_comes_once(self):
        self.broker.create_topic(self.topic, 3)
        self.broker.create_topic(self.topic + "_out", 1)
        total = 30000
        process = None
        for start in range(0, total, 5000):
            produce(self.topic, ['{"id": %d}' % i for i in range(start, start + 5000)])
            process = self.start_sql("SET 'millrace.batch-size' = '7';\n"
                                     + self.endless_copy())
            self.wait_until(lambda: len(self.ids_out()) > 0, "rows come out", process)
            self.stop(process)
        process = self.start_sql(self.endless_copy())
        self.wait_until(lambda: len(self.ids_out()) >= total, "all rows have come out", process)
        self.stop(process)
        self.assertEqual(sorted(self.ids_out()), list(range(total)))

    def test_keyed_state_is_replayed_from_where_it_began(self):
        """From latest-offset: what came before the first start stays out, what came after is in."""
        produce(self.topic, ['{"id": 1}'] * 3)
        sql = ("SET 'execution.checkpointing.interval' = '50 ms';\n"
               + self.table("src", "id BIGINT", bounded=False, scan_startup_mode="latest-offset")
               + self.table("dst", "n BIGINT, id BIGINT, PRIMARY KEY (id) NOT ENFORCED",
                            topic=self.topic + "_out", connector="upsert-kafka", key_format="json",
                            value_format="json", format=None, scan_startup_mode=None)
               + "INSERT INTO dst SELECT COUNT(*), id FROM src GROUP BY id;")

        def last():
            if self.topic + "_out" not in kcat("-L", "-J"):
                return 0
            return json.loads(consume(self.topic + "_out")[-1])["n"]

        process = self.start_sql(sql, extra=("--listen", "127.0.0.1:0"))
        epoch = self.wait_for_epoch(process, 1)  # so the start is known
        produce(self.topic, ['{"id": 1}'] * 4)
        self.wait_until(lambda: last() == 4, "the first rows are counted", process)
        self.wait_for_epoch(process, epoch + 5)
        process.kill()
        produce(self.topic, ['{"id": 1}'] * 5)
        process = self.start_sql(sql)
        self.wait_until(lambda: last() == 9, "all rows since the first start are counted", process)
        self.stop(process)

    def test_lost_records_stop_the_pipeline(self):
        self.broker.create_topic(self.topic, 1)
        produce(self.topic, ['{"id": %d}' % i for i in range(10)])
        process = self.start_sql(self.endless_copy())
        self.wait_until(lambda: len(self.ids_out()) == 10, "rows come out", process)
        self.stop(process)
        produce(self.topic, ['{"id": %d}' % i for i in range(10, 20)])
        self.broker.delete_records(self.topic, 0, 15)
        answer = self.run_sql(self.endless_copy(), expect=3)
        self.assertIn("MR0521", answer)
        self.assertIn("records 10 to 14 (5) are lost", answer)

    def test_topic_made_again(self):
        self.broker.create_topic(self.topic, 1)
        produce(self.topic, ['{"id": %d}' % i for i in range(10)])
        process = self.start_sql(self.endless_copy())
        self.wait_until(lambda: len(self.ids_out()) == 10, "rows come out", process)
        self.stop(process)
        self.broker.delete_topic(self.topic)
        self.broker.create_topic(self.topic, 1)
        produce(self.topic, ['{"id": %d}' % i for i in range(20)])
        self.assertIn("MR0525", self.run_sql(self.endless_copy(), expect=3))

    def test_too_large_record_is_put_aside(self):
        out = self.topic + "_out"
        self.broker.create_topic(out, 1, {"max.message.bytes": "2000"})
        produce(self.topic, [json.dumps({"v": text}) for text in ("a", "x" * 4000, "b")])
        self.run_sql(self.table("src", "v STRING")
                     + self.table("dst", "v STRING", topic=out)
                     + "INSERT INTO dst SELECT v FROM src;")
        self.assertEqual(sorted(consume(out)), ['{"v":"a"}', '{"v":"b"}'])
        letter = json.loads((self.work / "p.data/dead-letters/dst.jsonl").read_text())
        self.assertEqual(len(letter["raw"]), 4000 + len('{"v":""}'))

    def test_unreachable_broker_is_waited_for(self):
        with socket.socket() as held:  # bound and never listening: nobody answers
            held.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % held.getsockname()[1]
            process = self.start_sql(
                self.endless_copy({"properties_bootstrap_servers": address}))
            self.wait_until(lambda: "waits for Kafka (" + address in process.said(),
                            "it says what it waits for", process)
            self.assertEqual(process.stop(), 3, process.said())

    def test_sasl(self):
        produce(self.topic, ['{"id": 1}'])
        jaas = ("org.apache.kafka.common.security.plain.PlainLoginModule required "
                'username="alice" password="correct horse";')
        options = {"properties_bootstrap_servers": self.broker.sasl_address,
                   "properties_security_protocol": "SASL_PLAINTEXT",
                   "properties_sasl_mechanism": "PLAIN", "properties_sasl_jaas_config": jaas}
        rows = self.select(self.table("src", "id BIGINT", **options), "SELECT id FROM src")
        self.assertEqual([json.loads(row) for row in rows], [{"id": 1}])

    def test_tls_and_scram(self):
        produce(self.topic, ['{"id": 1}'])
        options = {"properties_bootstrap_servers": self.broker.tls_address,
                   "properties_security_protocol": "SASL_SSL",
                   "properties_sasl_mechanism": "SCRAM-SHA-512",
                   "properties_sasl_username": "bob", "properties_sasl_password": "tr0ub4dor"}
        trusted = {"properties_ssl_ca_location": self.broker.certificate}
        rows = self.select(self.table("src", "id BIGINT", **options, **trusted),
                           "SELECT id FROM src")
        self.assertEqual([json.loads(row) for row in rows], [{"id": 1}])
        for wrong in (options, {**options, **trusted, "properties_sasl_password": "hunter2"}):
            answer = self.run_sql("SET 'x' = 'y';\n" + self.table("src", "id BIGINT", **wrong)
                                  + "SELECT id FROM src;", expect=1)
            self.assertIn("MR0524", answer)
            self.assertNotIn("hunter2", answer)

    def test_example(self):
        """examples/kafka as its README says."""
        example = pathlib.Path(__file__).resolve().parents[2] / "examples" / "kafka"
        readme = (example / "README.md").read_text()
        produce("payments", ['{"id": 1, "card": "c1", "amount": 700}'])
        process = self.start(
            [MILLRACE, "run", str(example / "pipeline.sql"), "--data-dir", str(self.work / "data")],
            {**os.environ, "BROKERS": self.broker.address})
        produce("payments", ['{"id": 2, "card": "c1", "amount": 20}'])

        def all_written():
            topics = kcat("-L", "-J")
            return ("alerts" in topics and "spent" in topics and len(consume("spent")) == 2
                    and len(consume("alerts")) == 1)

        self.wait_until(all_written, "both payments are counted", process)
        for line in consume("alerts", "%k %s\n") + consume("spent", "%k %s\n"):
            self.assertIn("    " + line, readme)
        self.assertEqual(len(consume("alerts")), 1)
        self.stop(process)

    def test_missing_topic(self):
        answer = self.run_sql(self.table("src", "id BIGINT", topic="no_such_topic_here")
                              + "SELECT id FROM src;", expect=1)
        self.assertIn("MR0523", answer)


if __name__ == "__main__":
    run_all(KafkaTest, Broker)
