#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Long faults between Millrace and a real broker: nothing answers for 20 s, the broker is dead for
30 s, the network flaps for a minute. Part of `make test-live-slow`.

Usage: network_slow.py PATH_TO_MILLRACE [NAME_OF_A_TEST...]
"""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402

parts.run_with_client()
from case import run_all  # noqa: E402
from network import Feeder, NetworkCase  # noqa: E402


class NetworkSlow(NetworkCase):
    def check_named(self, process, address):
        """/health says that something is wrong, /ready says what."""
        status, health = process.ask("/health")
        self.assertEqual((status, health["status"], health["state"]), (200, "degraded", "running"))
        status, ready = process.ask("/ready")
        self.assertEqual(status, 200, ready)  # rows are taken all the while
        self.assertIn("table", ready["part"])
        self.assertIn(address, ready["reason"])

    def test_blackhole(self):
        """Connections stay, and nothing passes them."""
        process = self.start_copy()
        with Feeder(self.client, self.topic) as feeder:
            self.wait_for_first(process)
            self.assertEqual(process.ask("/health")[1]["status"], "ok")
            with self.toxic("timeout", timeout=0), self.toxic("timeout", "upstream", timeout=0):
                began, used = time.monotonic(), process.cpu_seconds()
                self.wait_for_health(process, "degraded", 20)
                self.check_named(process, self.proxy.address)
                self.pass_time(20 - (time.monotonic() - began))
                self.check_named(process, self.proxy.address)
                self.assertLess(process.cpu_seconds() - used, 3, "it waits busily")
            self.wait_for_progress(process)
            self.wait_for_health(process, "ok")
        self.check_complete(process, feeder.sent, doubles_allowed=True)

    def test_one_way(self):
        """Requests arrive and answers do not: what was asked twice must not be written twice."""
        process = self.start_copy()
        with Feeder(self.client, self.topic) as feeder:
            self.wait_for_first(process)
            with self.toxic("timeout", timeout=0):
                self.wait_for_health(process, "degraded", 20)
            self.wait_for_progress(process)
        self.check_complete(process, feeder.sent)

    def test_broker_dead_for_30_seconds(self):
        process = self.start_copy()
        total = 20000
        self.client.produce(self.topic, [b'{"id": %d}' % i for i in range(total)])
        self.wait_for_first(process)
        self.broker.kill()
        used = process.cpu_seconds()
        self.wait_for_health(process, "degraded", 20)
        self.pass_time(30)
        self.check_named(process, self.proxy.address)
        self.assertLess(process.cpu_seconds() - used, 3, "it waits busily")
        self.broker.start()
        self.client.produce(self.topic, [b'{"id": %d}' % i for i in range(total, 2 * total)])
        self.wait_for_progress(process)
        self.wait_for_health(process, "ok")
        self.check_complete(process, 2 * total, doubles_allowed=True)

    def test_topic_is_deleted(self):
        """Not at once, as a broker may not know a topic for a moment."""
        process = self.start_copy()
        self.client.produce(self.topic, [b'{"id": %d}' % i for i in range(10)])
        self.wait_until(lambda: self.client.count(self.out) == 10, "rows come out", process)
        self.client.delete(self.topic)
        self.assertEqual(process.wait(), 1, process.said())
        self.assertIn("MR0523", process.said())
        self.assertIn(f"there is no topic '{self.topic}'", process.said())

    def test_flapping(self):
        """Two seconds of network, two without, for a minute: nothing may pile up."""
        process = self.start_copy()
        seen = []
        with Feeder(self.client, self.topic) as feeder:
            self.wait_for_first(process)
            used = process.cpu_seconds()
            for _ in range(15):
                self.proxy.set_enabled(False)
                self.pass_time(2)
                self.proxy.set_enabled(True)
                self.pass_time(2)
                seen.append((process.descriptors(), process.threads(), process.resident_bytes()))
            self.assertLess(process.cpu_seconds() - used, 30, "it waits busily")
            self.wait_for_progress(process)
        early, late = ([statistics.median(values) for values in zip(*part)]
                       for part in (seen[2:6], seen[-4:]))
        print(f"  descriptors, threads, bytes: {early} -> {late}", flush=True)
        self.assertLessEqual(late[0], early[0] + 4, seen)
        self.assertLessEqual(late[1], early[1], seen)
        self.assertLess(late[2] - early[2], 16 << 20, seen)
        self.check_complete(process, feeder.sent, doubles_allowed=True)


if __name__ == "__main__":
    run_all(NetworkSlow, NetworkSlow.make_broker)
