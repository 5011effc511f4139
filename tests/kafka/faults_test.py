#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What may happen to topics while they are read and written: records pass their retention, topics
are deleted and made again, get partitions, rights are taken away, a batch is damaged on the disk.

Usage: faults_test.py PATH_TO_MILLRACE [NAME_OF_A_TEST...]
"""
import collections
import contextlib
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402

parts.run_with_client()
import confluent_kafka  # noqa: E402
from confluent_kafka.admin import AclOperation  # noqa: E402
from broker import Broker  # noqa: E402
from case import KafkaCase, run_all  # noqa: E402
from client import Client  # noqa: E402

RIGHTS = {"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
          "allow.everyone.if.no.acl.found": "true", "super.users": "User:ANONYMOUS;User:admin"}
LISTEN = ("--listen", "127.0.0.1:0")


def ids(numbers):
    return [b'{"id": %d}' % number for number in numbers]


class FaultsTest(KafkaCase):
    def setUp(self):
        super().setUp()
        self.client = Client(self.broker.address)
        self.out = self.topic + "_out"

    def as_alice(self):
        jaas = ("org.apache.kafka.common.security.plain.PlainLoginModule required "
                'username="alice" password="correct horse";')
        return {"properties_bootstrap_servers": self.broker.sasl_address,
                "properties_security_protocol": "SASL_PLAINTEXT",
                "properties_sasl_mechanism": "PLAIN", "properties_sasl_jaas_config": jaas}

    def ids_out(self):
        return [json.loads(record.value)["id"] for record in self.client.read(self.out)]

    def wait_for_ids(self, process, numbers):
        self.wait_until(lambda: set(self.ids_out()) >= set(numbers), "all rows come out", process)

    @contextlib.contextmanager
    def paused(self, process):
        """The program stands still and asks for nothing; what it asked before is answered."""
        os.kill(process.pid, signal.SIGSTOP)
        try:
            time.sleep(0.5)  # longer than a fetch waits at the broker
            yield
        finally:
            os.kill(process.pid, signal.SIGCONT)

    def check_stops(self, process, code, *texts):
        self.assertEqual(process.wait(), 3, process.said())
        for text in (code, *texts):
            self.assertIn(text, process.said())

    def test_retention_passes_a_running_reader(self):
        self.client.create(self.topic)
        self.client.produce(self.topic, ids(range(10)))
        process = self.start_sql(self.endless_copy())
        self.wait_for_ids(process, range(10))
        with self.paused(process):
            self.client.produce(self.topic, ids(range(10, 30)))
            self.client.trim(self.topic, 0, 17)
        self.check_stops(process, "MR0521", "records 10 to 16 (7) are lost")
        # It does not go on by itself, and says the same again.
        answer = self.run_sql(self.endless_copy(), expect=3)
        self.assertIn("records 10 to 16 (7) are lost", answer)
        self.assertEqual(self.ids_out(), list(range(10)))

    def test_topic_made_again_under_a_running_reader(self):
        self.client.create(self.topic)
        self.client.produce(self.topic, ids(range(10)))
        process = self.start_sql(self.endless_copy())
        self.wait_for_ids(process, range(10))
        with self.paused(process):
            self.client.delete(self.topic)
            self.make_again(20)
        self.check_stops(process, "MR0525", f"topic '{self.topic}' was deleted and made again")
        # What was read of the new topic until then is not the beginning of it.
        self.assertIn("MR0525", self.run_sql(self.endless_copy(), expect=3))
        self.assertFalse(set(self.ids_out()) & set(range(100, 110)))

    def make_again(self, records):
        """The name is free a moment after the deletion."""
        def made():
            try:
                self.client.create(self.topic)
                return True
            except Exception as error:  # noqa: BLE001
                self.assertIn("TOPIC_ALREADY_EXISTS", str(error))
                return False

        self.wait_until(made, "the topic can be made again")
        self.client.produce(self.topic, ids(range(100, 100 + records)))

    def test_partitions_are_added(self):
        """They are read from their beginning, by a running program and after a restart; a key whose
        records go to another partition from then on keeps its count."""
        self.client.create(self.topic)
        self.client.create(self.out)
        often = {"scan_topic__partition__discovery_interval": "300 ms"}
        sql = ("SET 'execution.checkpointing.interval' = '50 ms';\n"
               "SET 'parallelism.default' = '2';\n"
               + self.table("src", "id BIGINT", bounded=False, **often)
               + self.table("dst", "id BIGINT, n BIGINT, PRIMARY KEY (id) NOT ENFORCED",
                            topic=self.out, connector="upsert-kafka", key_format="json",
                            value_format="json", format=None, scan_startup_mode=None)
               + "INSERT INTO dst SELECT id, COUNT(*) FROM src GROUP BY id;")

        def counts():
            return {json.loads(record.key)["id"]: json.loads(record.value)["n"]
                    for record in self.client.read(self.out) if record.value is not None}

        process = self.start_sql(sql)
        wanted = collections.Counter()

        def produce(partitions):
            for partition in partitions:
                self.client.produce(self.topic, [{"value": value, "partition": partition}
                                                 for value in ids(range(5))])
                wanted.update(range(5))

        produce([0])
        self.wait_until(lambda: counts() == wanted, "the first rows are counted", process)
        self.client.grow(self.topic, 3)
        produce([0, 1, 2])
        self.wait_until(lambda: counts() == wanted, "new partitions are read", process)
        self.stop(process)
        self.client.grow(self.topic, 4)
        produce([3, 1])
        process = self.start_sql(sql)
        self.wait_until(lambda: counts() == wanted, "all partitions are read after a restart",
                        process)
        self.stop(process)

    def test_a_rebalance_of_the_same_group(self):
        """Partitions are assigned: members that come and go in the group of the offsets for display
        take nothing away, and rows come once."""
        self.client.create(self.topic, 3)
        process = self.start_sql(self.endless_copy({"properties_group_id": self.topic}))
        for turn in range(4):
            numbers = range(turn * 50, turn * 50 + 50)
            member = confluent_kafka.Consumer({**self.client.settings, "group.id": self.topic,
                                               "auto.offset.reset": "earliest"})
            member.subscribe([self.topic])
            member.poll(3)
            self.client.produce(self.topic, ids(numbers))
            self.wait_for_ids(process, numbers)
            member.close()
        self.stop(process)
        self.assertEqual(sorted(self.ids_out()), list(range(200)))

    def test_no_poll_for_longer_than_the_interval(self):
        """There is no membership that a slow step could lose."""
        self.client.create(self.topic)
        slow = {"properties_group_id": self.topic, "properties_max_poll_interval_ms": "6000",
                "properties_session_timeout_ms": "6000"}
        process = self.start_sql(self.endless_copy(slow))
        self.client.produce(self.topic, ids(range(10)))
        self.wait_for_ids(process, range(10))
        with self.paused(process):
            self.client.produce(self.topic, ids(range(10, 20)))
            time.sleep(8)
        self.wait_for_ids(process, range(20))
        self.stop(process)
        self.assertEqual(sorted(self.ids_out()), list(range(20)))

    def test_right_to_read_is_taken_away_for_a_while(self):
        self.client.create(self.topic)
        self.client.produce(self.topic, ids(range(10)))
        process = self.start_sql(self.endless_copy(self.as_alice()), extra=LISTEN)
        self.wait_for_ids(process, range(10))
        self.client.deny("alice", self.topic, AclOperation.READ)
        self.wait_until(lambda: process.ask("/health")[1].get("status") == "degraded",
                        "the health is degraded", process)
        self.client.produce(self.topic, ids(range(10, 20)))
        ready = process.ask("/ready")[1]
        self.assertEqual(ready["part"], "table src")
        self.assertIn("uthoriz", ready["reason"])
        used = process.cpu_seconds()
        time.sleep(2)
        self.assertLess(process.cpu_seconds() - used, 1, "it asks busily")
        self.assertEqual(process.ask("/health")[1]["status"], "degraded")
        self.assertEqual(sorted(self.ids_out()), list(range(10)))
        self.client.permit("alice", self.topic, AclOperation.READ)
        self.wait_for_ids(process, range(20))
        self.wait_until(lambda: process.ask("/health")[1].get("status") == "ok",
                        "the health is well again", process)
        self.stop(process)
        self.assertEqual(sorted(self.ids_out()), list(range(20)))

    def test_right_to_write_is_taken_away(self):
        """The program stops and names the reason; with the right given back it goes on where it
        was, and nothing is lost."""
        self.client.create(self.topic)
        self.client.create(self.out)
        self.client.produce(self.topic, ids(range(10)))
        sql = self.endless_copy(sink=self.as_alice())
        process = self.start_sql(sql)
        self.wait_for_ids(process, range(10))
        self.client.deny("alice", self.out, AclOperation.WRITE)
        self.client.produce(self.topic, ids(range(10, 20)))
        self.assertNotEqual(process.wait(), 0)
        self.assertIn("MR0524", process.said())
        self.assertIn("uthoriz", process.said())
        self.client.permit("alice", self.out, AclOperation.WRITE)
        process = self.start_sql(sql)
        self.wait_for_ids(process, range(20))
        self.stop(process)
        self.assertEqual(set(self.ids_out()), set(range(20)))

    def test_a_record_of_hundreds_of_megabytes(self):
        """It is small on its way, as its batch is compressed: read whole, or the partition and the
        offset are named where the client does not unpack so much. It is never passed over."""
        huge = b'{"id": 2, "v": "' + b"x" * (200 << 20) + b'"}'
        for compression in ("gzip", "lz4", "zstd"):
            with self.subTest(compression):
                topic = f"{self.topic}_{compression}"
                self.client.create(topic, 1)
                for value in (b'{"id": 1}', huge, b'{"id": 3}'):
                    self.client.produce(topic, [value], **{
                        "message.max.bytes": 1000000000, "queue.buffering.max.kbytes": 2000000,
                        "compression.type": compression})
                process = self.start_sql(self.table("src", "id BIGINT", topic=topic)
                                         + "SELECT id FROM src;", name=compression)
                status = process.wait()
                if compression == "zstd":
                    self.assertEqual(status, 3, process.said())
                    self.assertIn(f"partition {topic}-0 cannot be read", process.said())
                    self.assertIn("next offset 1", process.said())
                    self.assertNotIn("+I[3]", process.said())
                else:
                    self.assertEqual(status, 0, process.said())
                    self.assertEqual(process.output().read_text().split(),
                                     ["+I[1]", "+I[2]", "+I[3]"])

    def test_damaged_batch(self):
        """The sum of a batch does not fit: named with partition and offset, and not passed over."""
        self.client.create(self.topic)
        for first in (0, 10, 20):
            self.client.produce(self.topic, ids(range(first, first + 10)), **{"linger.ms": 200})
        log = self.broker.directory / "data" / f"{self.topic}-0" / ("0" * 20 + ".log")
        at = log.read_bytes().index(b'{"id": 15}')
        with log.open("r+b") as file:
            file.seek(at + 7)
            file.write(b"9")
        answer = self.run_sql(self.endless_copy(), expect=3)
        self.assertIn(self.topic + "-0", answer)
        self.assertIn("offset 10", answer)
        self.assertNotIn(95, self.ids_out())
        self.assertFalse(set(self.ids_out()) & set(range(20, 30)), "the batch was passed over")


if __name__ == "__main__":
    run_all(FaultsTest, lambda: Broker(settings=RIGHTS))
