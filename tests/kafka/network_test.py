#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A bad network between Millrace and a real broker: far away, cut in the middle of an answer, in
small pieces. Every record comes out, and nothing is called an error that passes. What takes longer
is in network_slow.py.

Usage: network_test.py PATH_TO_MILLRACE [NAME_OF_A_TEST...]
"""
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402

parts.run_with_client()
from case import run_all  # noqa: E402
from client import Client  # noqa: E402
from network import Feeder, NetworkCase  # noqa: E402


class NetworkTest(NetworkCase):
    def test_far_away(self):
        """300 ms +- 100 ms: requests follow each other without waiting for epochs or rows, so a
        copy takes about as long as a bare producer with the same settings."""
        total = 100000
        values = [b'{"id": %d}' % i for i in range(total)]
        self.client.produce(self.topic, values)
        self.client.create(self.topic + "_bare", 3)
        with self.toxic("latency", latency=300, jitter=100):
            began = time.monotonic()
            Client(self.proxy.address).produce(self.topic + "_bare", values,
                                               **{"enable.idempotence": True, "linger.ms": 1})
            bare = time.monotonic() - began
            began = time.monotonic()
            process = self.start_copy()
            self.wait_until(lambda: self.client.count(self.out) >= total, "all rows are out",
                            process)
            passed = time.monotonic() - began
            print(f"  {passed:.1f} s, a bare producer {bare:.1f} s", flush=True)
            self.assertLess(passed, 2 * bare + 10)
            status, ready = process.ask("/ready")
            self.assertEqual((status, ready.get("part")), (200, None), ready)
            self.assertEqual(process.ask("/health")[1]["status"], "ok")
            self.check_complete(process, total)
        said = process.said()
        self.assertNotIn("error", said)
        self.assertNotIn("waits for Kafka", said)

    def test_reset(self):
        """Connections are reset 100 ms after they were made, again and again for some seconds."""
        process = self.start_copy()
        with Feeder(self.client, self.topic) as feeder:
            self.wait_for_first(process)
            for _ in range(3):
                with self.toxic("reset_peer", timeout=100):
                    self.pass_time(1.5)
                self.wait_for_progress(process)
        self.check_complete(process, feeder.sent)

    def test_small_pieces(self):
        """Answers and requests in pieces of about 64 bytes with pauses in between."""
        process = self.start_copy()
        with Feeder(self.client, self.topic) as feeder:
            self.wait_for_first(process)
            pieces = {"average_size": 64, "size_variation": 32, "delay": 20}
            with self.toxic("slicer", **pieces), self.toxic("slicer", "upstream", **pieces):
                self.pass_time(2)
                self.wait_for_progress(process)  # while it lasts
        self.check_complete(process, feeder.sent)

    def test_cut_inside_an_answer(self):
        """Connections end after so many bytes, anywhere in an answer or a request."""
        chosen = random.Random(4)
        process = self.start_copy()
        with Feeder(self.client, self.topic) as feeder:
            self.wait_for_first(process)
            for stream in ("downstream", "upstream") * 3:
                with self.toxic("limit_data", stream, bytes=chosen.randrange(1, 20000)):
                    self.pass_time(0.5)
                self.wait_for_progress(process, 100)
        self.check_complete(process, feeder.sent)

    def test_an_address_that_changes(self):
        """The broker's name gets another address, where it goes on, and the old one is dead. Names
        are those of a file of hosts of the program's own."""
        here, there = self.named
        there.set_enabled(False)
        hosts = self.work / "hosts"
        hosts.write_text("127.0.0.1 localhost broker.test\n")
        named = {"properties_bootstrap_servers": f"broker.test:{here.port}"}
        arguments = self.arguments(self.endless_copy(named, named), "p", "--listen", "127.0.0.1:0")
        process = self.start(["unshare", "--map-root-user", "--mount", "sh", "-c",
                              'mount --bind "$0" /etc/hosts && exec "$@"', hosts, *arguments])
        with Feeder(self.client, self.topic) as feeder:
            self.wait_for_first(process)
            here.set_enabled(False)
            hosts.write_text("127.0.0.1 localhost\n127.0.0.2 broker.test\n")
            self.pass_time(1)
            there.set_enabled(True)
            self.wait_for_progress(process)
        self.check_complete(process, feeder.sent)


if __name__ == "__main__":
    run_all(NetworkTest, NetworkTest.make_broker)
