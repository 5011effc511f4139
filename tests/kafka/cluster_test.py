#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Leaders that move, in a cluster of three brokers: each of them is killed (SIGKILL) or ended for
maintenance (SIGTERM) in turn and comes back, while an exactly-once pipeline reads and writes. Its
leaders, its coordinator of transactions and that of its group are elsewhere each time.

Usage: cluster_test.py PATH_TO_MILLRACE [NAME_OF_A_TEST...]
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402

parts.run_with_client()
from case import KafkaCase, run_all  # noqa: E402
from client import Client  # noqa: E402
from cluster import Cluster  # noqa: E402
from exactly_once import Counts, copy, key_rows, keyed_counts, rows_by_key  # noqa: E402

KEYS = 20


class ClusterTest(KafkaCase):
    def setUp(self):
        super().setUp()
        self.client = Client(self.broker.address)
        self.out = self.topic + "_out"
        for topic in (self.topic, self.out):
            self.client.create(topic, 3, replicas=3)
        self.written = 0

    def feed(self, rows):
        numbers = range(self.written, self.written + rows)
        self.client.produce(self.topic, key_rows(numbers, KEYS))
        self.written += rows

    def leaders(self):
        """The node that leads each partition, as any of them says."""
        for node in self.broker.nodes:
            asked = subprocess.run(["kcat", "-b", node.address, "-L", "-J", "-m", "5"],
                                   capture_output=True, text=True, check=False)
            if asked.returncode == 0:
                return {(topic["topic"], partition["partition"]): partition["leader"]
                        for topic in json.loads(asked.stdout)["topics"]
                        for partition in topic["partitions"]}
        return {}

    def counts(self):
        records = self.client.read(self.out, **{"isolation.level": "read_committed"})
        return Counts(records, rows_by_key(self.written, KEYS))

    def wait_for_counts(self, process):
        self.wait_until(lambda: self.counts().lost == 0, "all counts are out", process)

    def test_leaders_move(self):
        process = self.start_sql(keyed_counts(self.broker.address, self.topic, self.out))
        self.feed(500)
        self.wait_for_counts(process)
        moved = 0
        for number, node in enumerate(self.broker.nodes):
            before = self.leaders()
            self.feed(300)
            if number == 1:
                node.terminate()
            else:
                node.kill()
            self.feed(300)
            self.wait_for_counts(process)
            after = self.leaders()
            moved += sum(before[place] != leader for place, leader in after.items()
                         if place in before)
            node.start()
            self.feed(300)
            self.wait_for_counts(process)
            self.wait_until(self.in_sync, "all replicas are in sync again", process)
        self.assertGreater(moved, 3)
        self.stop(process)
        counts = self.counts()
        self.assertTrue(counts.is_right(), counts.text())

    def in_sync(self):
        asked = subprocess.run(["kcat", "-b", self.broker.address, "-L", "-J", "-m", "5"],
                               capture_output=True, text=True, check=False)
        if asked.returncode != 0:
            return False
        return all(len(partition["isrs"]) == len(partition["replicas"])
                   for topic in json.loads(asked.stdout)["topics"]
                   for partition in topic["partitions"])

    def test_one_broker_is_away_at_the_start(self):
        """The first of the addresses that it is given answers nobody."""
        self.broker.nodes[0].kill()
        try:
            sql = copy(self.broker.address, self.topic, self.out)
            process = self.start_sql(sql)
            self.client.produce(self.topic, [b'{"id": %d}' % i for i in range(100)])
            self.wait_until(lambda: len(self.client.read(
                self.out, **{"isolation.level": "read_committed"})) >= 100, "the rows", process)
            self.stop(process)
        finally:
            self.broker.nodes[0].start()


if __name__ == "__main__":
    run_all(ClusterTest, lambda: Cluster({
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500"}))
