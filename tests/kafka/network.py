# SPDX-License-Identifier: Apache-2.0
"""A test case whose program reaches the broker through toxiproxy, while the test itself writes and
reads beside it. The broker advertises the proxy's port to those who come through the proxy."""
import collections
import contextlib
import json
import threading
import time

from broker import Broker, Listener, free_ports
from case import WAIT_SECONDS, KafkaCase
from client import Client
from proxy import Toxiproxy


class Feeder:
    """Writes the numbers from 0 on to a topic, some thousand a second, until it is left."""

    BLOCK = 100
    PAUSE_SECONDS = 0.05

    def __init__(self, client, topic):
        self.client = client
        self.topic = topic
        self.sent = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def _run(self):
        producer = self.client.producer()
        while not self.ended.wait(self.PAUSE_SECONDS):
            for number in range(self.sent, self.sent + self.BLOCK):
                producer.produce(self.topic, b'{"id": %d}' % number)
            producer.flush()
            self.sent += self.BLOCK


class NetworkCase(KafkaCase):
    toxiproxy = None
    proxy = None
    named = ()  # the proxies at both addresses of broker.test

    @classmethod
    def make_broker(cls):
        port, named = free_ports(2)
        broker = Broker(listeners={
            "PROXIED": Listener("PLAINTEXT", advertised=port),
            "NAMED": Listener("PLAINTEXT", advertised=named, host="broker.test")})
        cls.toxiproxy = Toxiproxy().__enter__()
        cls.proxy = cls.toxiproxy.proxy("kafka", port, broker.addresses["PROXIED"])
        cls.named = [cls.toxiproxy.proxy(f"named-{host}", named, broker.addresses["NAMED"], host)
                     for host in ("127.0.0.1", "127.0.0.2")]
        return broker

    @classmethod
    def tearDownClass(cls):
        cls.toxiproxy.__exit__()

    def setUp(self):
        super().setUp()
        self.client = Client(self.broker.address)
        self.out = self.topic + "_out"
        self.client.create(self.topic, 3)
        self.client.create(self.out, 3)

    @contextlib.contextmanager
    def toxic(self, kind, stream="downstream", **attributes):
        """What the proxy does to all connections in one direction, while it lasts."""
        name = self.proxy.add(kind, stream, **attributes)
        try:
            yield
        finally:
            self.proxy.remove(name)

    def start_copy(self, **sink):
        through = {"properties_bootstrap_servers": self.proxy.address}
        return self.start_sql(self.endless_copy(through, {**through, **sink}),
                              extra=("--listen", "127.0.0.1:0"))

    def numbers_out(self):
        return [json.loads(record.value)["id"] for record in self.client.read(self.out)]

    def wait_for_first(self, process):
        self.wait_until(lambda: self.client.count(self.out) > 0, "rows come out", process)

    def wait_for_progress(self, process, rows=1000):
        """Until that many more rows have come out than now."""
        wanted = self.client.count(self.out) + rows
        self.wait_until(lambda: self.client.count(self.out) >= wanted, "more rows come out",
                        process)

    def check_complete(self, process, total, doubles_allowed=False):
        """Every number has come out; the program still runs and stops when it is told to."""
        seen = []

        def complete():
            if self.client.count(self.out) < max(total, len(seen) + 1):
                return False
            seen[:] = self.numbers_out()
            return len(set(seen)) >= total

        self.wait_until(complete, f"all {total} rows have come out", process)
        self.stop(process)
        counts = collections.Counter(self.numbers_out())
        self.assertEqual(sorted(counts), list(range(total)))
        doubles = sum(counts.values()) - total
        print(f"  {self._testMethodName}: {total} rows, {doubles} doubles", flush=True)
        if not doubles_allowed:
            self.assertEqual(doubles, 0)

    def wait_for_health(self, process, status, seconds=WAIT_SECONDS):
        self.wait_until(lambda: process.ask("/health")[1].get("status") == status,
                        f"the health is {status}", process, seconds)

    def pass_time(self, seconds, look=None, every=0.5):
        """The length of a fault; `look` is called all the while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if look is not None:
                look()
            time.sleep(min(every, max(0.0, end - time.monotonic())))
