#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kafka tables beside another client, confluent-kafka: what it writes, with keys, headers,
timestamps, every compression, tombstones and transactions, and what it reads of what we write.

Usage: client_test.py PATH_TO_MILLRACE [NAME_OF_A_TEST...]
"""
import collections
import json
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402

parts.run_with_client()
from broker import Broker  # noqa: E402
from case import KafkaCase, run_all  # noqa: E402
from client import Client  # noqa: E402

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


def codecs_in(broker, topic):
    """The compressions of the batches in the broker's own log of the topic's partition 0."""
    found = []
    for segment in sorted((broker.directory / "data" / f"{topic}-0").glob("*.log")):
        log = segment.read_bytes()
        at = 0
        while at + 23 <= len(log):
            length, = struct.unpack_from(">i", log, at + 8)
            if length <= 0:
                break
            attributes, = struct.unpack_from(">h", log, at + 21)
            found.append(CODECS[attributes & 7])
            at += 12 + length
    return found


class ClientTest(KafkaCase):
    def setUp(self):
        super().setUp()
        self.client = Client(self.broker.address)

    def json_rows(self, sql, query):
        return [json.loads(row) for row in self.select(sql, query)]

    def test_what_another_client_writes(self):
        """Records of every codec in one topic, with keys, headers and timestamps."""
        self.client.create(self.topic)
        for number, codec in enumerate(CODECS):
            self.client.produce(self.topic, [
                {"value": json.dumps({"id": 100 * number + i, "text": "ä" * 500}).encode(),
                 "key": f"{codec}-{i}".encode(), "timestamp": 1700000000000 + 100 * number + i,
                 "headers": [("codec", codec.encode()), ("codec", b"last"), ("none", None),
                             ("empty", b""), (f"h{i}", bytes(range(256)))]}
                for i in range(50)], **{"compression.type": codec, "linger.ms": 100})
        self.assertEqual(set(codecs_in(self.broker, self.topic)), set(CODECS))
        rows = self.json_rows(
            self.table("src", "k STRING, id BIGINT, text STRING, "
                       "ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', "
                       "h MAP<STRING, BYTES> METADATA FROM 'headers'", key_format="raw",
                       key_fields="k", value_fields__include="EXCEPT_KEY"),
            "SELECT k, id, CHAR_LENGTH(text) AS l, DATE_FORMAT(ts, 'yyyyMMddHHmmssSSS') AS ts, "
            "DECODE(h['codec'], 'UTF-8') AS codec, h['none'] IS NULL AS n, "
            "DECODE(h['empty'], 'UTF-8') AS e, CARDINALITY(h) AS c FROM src")
        self.assertEqual(len(rows), 50 * len(CODECS))
        for number, codec in enumerate(CODECS):
            for i in range(50):
                expected = {"k": f"{codec}-{i}", "id": 100 * number + i, "l": 500,
                            "ts": "20231114221320%03d" % (100 * number + i), "codec": "last",
                            "n": True, "e": "", "c": 4}
                self.assertEqual(rows[50 * number + i], expected)

    def test_tombstones(self):
        """No value is no row, and deletes in an upsert table; an empty value is not the same."""
        self.client.create(self.topic)
        self.client.produce(self.topic, [
            {"key": b'{"id":1}', "value": b'{"id":1,"v":"a"}'},
            {"key": b'{"id":2}', "value": b'{"id":2,"v":"b"}'},
            {"key": b'{"id":1}', "value": None},
            {"key": b'{"id":3}', "value": None},
            {"key": b'{"id":2}', "value": b'{"id":2,"v":"c"}'}])
        rows = self.json_rows(self.table("src", "id BIGINT, v STRING"), "SELECT id, v FROM src")
        self.assertEqual([(row["id"], row["v"]) for row in rows], [(1, "a"), (2, "b"), (2, "c")])
        upserts = self.table("u", "id BIGINT, v STRING, PRIMARY KEY (id) NOT ENFORCED",
                             connector="upsert-kafka", key_format="json", value_format="json",
                             format=None, scan_startup_mode=None)
        path_rows = self.run_sql(upserts + "SELECT id, v FROM u;", "u",
                                 extra=("--format", "changelog"))
        self.assertEqual(path_rows.splitlines(),
                         ["+I[1, a]", "+I[2, b]", "-D[1, a]", "-U[2, b]", "+U[2, c]"])

    def test_aborted_records_are_never_seen(self):
        """Transactions that commit, abort, or stay open, of two producers at the same time."""
        self.client.create(self.topic, 2)
        process = self.start_sql(self.endless_copy())
        ended = []
        for name in ("a", "b"):
            ended.append(self.client.producer(**{"transactional.id": self.topic + name}))
            ended[-1].init_transactions(60)
        committed = set()
        for turn in range(6):
            for number, producer in enumerate(ended):
                producer.begin_transaction()
                first = 1000 * turn + 100 * number
                for i in range(first, first + 100):
                    producer.produce(self.topic, b'{"id": %d}' % i, partition=i % 2)
                producer.flush(60)
            for number, producer in enumerate(ended):
                first = 1000 * turn + 100 * number
                if (turn + number) % 2 == 0:
                    producer.commit_transaction(60)
                    committed.update(range(first, first + 100))
                else:
                    producer.abort_transaction(60)
        # An open one holds up what comes behind it, committed or not.
        ended[0].begin_transaction()
        ended[0].produce(self.topic, b'{"id": -1}', partition=0)
        ended[0].flush(60)
        self.client.produce(self.topic, [{"value": b'{"id": 7777}', "partition": 0}])
        out = self.topic + "_out"

        def seen():
            return [json.loads(record.value)["id"] for record in self.client.read(out)]

        self.wait_until(lambda: len(seen()) >= len(committed), "what was committed is out", process)
        self.assertEqual(collections.Counter(seen()), collections.Counter(committed))
        ended[0].abort_transaction(60)
        committed.add(7777)
        self.wait_until(lambda: len(seen()) >= len(committed), "the rest is out", process)
        self.stop(process)
        self.assertEqual(collections.Counter(seen()), collections.Counter(committed))
        # A bounded run ends although markers of transactions are the last entries of the log.
        rows = self.json_rows(self.table("src", "id BIGINT"), "SELECT id FROM src")
        self.assertEqual({row["id"] for row in rows}, committed)
        # Who asks for uncommitted records gets them.
        rows = self.json_rows(
            self.table("src", "id BIGINT", properties_isolation_level="read_uncommitted"),
            "SELECT id FROM src")
        self.assertEqual(len(rows), 1202)

    def test_what_we_write(self):
        """Keys, headers and timestamps of ours as another client sees them, in every codec."""
        for codec in CODECS:
            topic = f"{self.topic}_{codec}"
            self.client.create(topic)
            self.run_sql(
                self.table("dst", "k STRING, v STRING, h MAP<STRING, BYTES> METADATA FROM "
                           "'headers', ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'", topic=topic,
                           key_format="raw", key_fields="k", value_fields__include="EXCEPT_KEY",
                           properties_compression_type=codec)
                + "INSERT INTO dst VALUES ('k', REPEAT('x', 500), MAP['a', ENCODE('1', 'UTF-8'), "
                  "'b', ENCODE('', 'UTF-8')], TO_TIMESTAMP_LTZ(1700000000123, 3)), "
                  "(CAST(NULL AS STRING), 'y', CAST(NULL AS MAP<STRING, BYTES>), "
                  "TO_TIMESTAMP_LTZ(1, 3));", codec)
            first, second = self.client.read(topic)
            self.assertEqual((first.key, first.value, dict(first.headers), first.timestamp),
                             (b"k", b'{"v":"%s"}' % (b"x" * 500), {"a": b"1", "b": b""},
                              1700000000123))
            self.assertEqual((second.key, second.value, second.headers, second.timestamp),
                             (None, b'{"v":"y"}', [], 1))
            self.assertIn(codec, codecs_in(self.broker, topic))

    def test_default_partitions_are_those_of_other_clients(self):
        """Keys go where Java's client puts them (murmur2), so that streams can be joined."""
        keys = [f"key-{i}" for i in range(200)]
        for topic in ("ours", "theirs"):
            self.client.create(topic, 7)
        self.client.produce("theirs", [{"key": key.encode(), "value": b"{}"} for key in keys],
                            partitioner="murmur2_random")
        values = ", ".join(f"('{key}', 1)" for key in keys)
        self.run_sql(self.table("dst", "k STRING, n INT", topic="ours", key_format="raw",
                                key_fields="k", value_fields__include="EXCEPT_KEY")
                     + f"INSERT INTO dst VALUES {values};")
        ours, theirs = ({record.key: record.partition for record in self.client.read(topic)}
                        for topic in ("ours", "theirs"))
        self.assertEqual(len(ours), len(keys))
        self.assertEqual(ours, theirs)
        # The values of Java's own DefaultPartitioner: murmur2, made positive, modulo 7.
        self.assertGreater(len(set(ours.values())), 5)

    def test_fixed_and_round_robin(self):
        """fixed: one partition for each shard; round-robin: all of them in turn."""
        rows = ("CREATE TABLE src (id BIGINT) WITH ('connector' = 'datagen', "
                "'number-of-rows' = '99', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', "
                "'fields.id.end' = '99');\n")
        counts = {}
        for partitioner in ("fixed", "round-robin"):
            self.client.create(partitioner, 3)
            self.run_sql(rows + self.table("dst", "id BIGINT", topic=partitioner,
                                           sink_partitioner=partitioner)
                         + "INSERT INTO dst SELECT id FROM src;", partitioner)
            counts[partitioner] = sorted(collections.Counter(
                record.partition for record in self.client.read(partitioner)).values())
        self.assertEqual(counts, {"fixed": [99], "round-robin": [33, 33, 33]})
        answer = self.run_sql(rows + self.table("dst", "id BIGINT", sink_partitioner="round-robin",
                                                key_format="raw", key_fields="id")
                              + "INSERT INTO dst SELECT id FROM src;", "refused", expect=1)
        self.assertIn("MR0503", answer)
        self.assertIn("round-robin", answer)


if __name__ == "__main__":
    run_all(ClientTest, Broker)
