#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exactly-once sinks on a real broker: what read_committed readers see while the pipeline is
killed, stopped, robbed of its transactional id and left alone by its broker.

Usage: exactly_once_test.py PATH_TO_MILLRACE [NAME_OF_A_TEST...]
"""
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import parts  # noqa: E402

parts.run_with_client()
import confluent_kafka  # noqa: E402
from broker import Broker  # noqa: E402
from case import MILLRACE, WAIT_SECONDS, KafkaCase, run_all  # noqa: E402
from client import Client  # noqa: E402
from exactly_once import Counts, copy, key_rows, keyed_counts, rows_by_key  # noqa: E402

BROKER_SETTINGS = {"transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
                   "transaction.max.timeout.ms": "120000"}
KEYS = 20


def ids(numbers, partition=None):
    values = [b'{"id": %d}' % number for number in numbers]
    return values if partition is None else [{"value": value, "partition": partition}
                                             for value in values]


class ExactlyOnceTest(KafkaCase):
    def setUp(self):
        super().setUp()
        self.client = Client(self.broker.address)
        self.out = self.topic + "_out"
        self.client.create(self.topic, 2)
        self.client.create(self.out, 2)

    def committed(self):
        return self.client.read(self.out, **{"isolation.level": "read_committed"})

    def ids_out(self):
        return [json.loads(record.value)["id"] for record in self.committed()]

    def check_ids(self, count):
        found = collections.Counter(self.ids_out())
        twice = {number: times for number, times in found.items() if times > 1}
        self.assertEqual(twice, {})
        self.assertEqual(set(range(count)) - set(found), set())

    def wait_for_ids(self, process, count):
        self.wait_until(lambda: len(set(self.ids_out())) >= count, f"{count} rows are out", process)

    def wait_for_end(self, process, text):
        status = process.wait()
        self.assertNotEqual(status, 0, process.said())
        self.assertIn(text, process.said())

    def test_seen_with_their_epoch(self):
        """One long epoch: nothing is seen before its end, everything after a clean stop."""
        self.client.produce(self.topic, ids(range(1000)))
        process = self.start_sql(copy(self.broker.address, self.topic, self.out, "20 s"))
        uncommitted = {"isolation.level": "read_uncommitted"}
        self.wait_until(lambda: len(self.client.read(self.out, **uncommitted)) >= 1000,
                        "the rows are written", process)
        self.assertEqual(self.ids_out(), [])
        self.stop(process)
        self.check_ids(1000)

    def test_killed_again_and_again(self):
        sql = keyed_counts(self.broker.address, self.topic, self.out)
        chance = random.Random(7)
        written = 0
        for _ in range(6):
            process = self.start_sql(sql)
            for _ in range(3):
                self.client.produce(self.topic, key_rows(range(written, written + 500), KEYS))
                written += 500
                time.sleep(chance.random() * 0.4)
            time.sleep(chance.random())
            process.kill()
        process = self.start_sql(sql)

        def all_there():
            return Counts(self.committed(), rows_by_key(written, KEYS)).lost == 0

        self.wait_until(all_there, "all counts are out", process)
        self.stop(process)
        counts = Counts(self.committed(), rows_by_key(written, KEYS))
        self.assertTrue(counts.is_right(), counts.text())

    def in_directory(self, sql, number, *more):
        arguments = self.arguments(sql, "p", *more)
        arguments[arguments.index("--data-dir") + 1] = str(self.work / f"data{number}")
        return arguments

    def feed(self, rows):
        self.client.produce(self.topic, key_rows(range(self.written, self.written + rows), KEYS))
        self.written += rows

    def wait_for_counts(self, process):
        self.wait_until(
            lambda: Counts(self.committed(), rows_by_key(self.written, KEYS)).lost == 0,
            "all counts are out", process)

    def check_counts(self):
        counts = Counts(self.committed(), rows_by_key(self.written, KEYS))
        self.assertTrue(counts.is_right(), counts.text())

    def tool(self, *arguments):
        done = subprocess.run([MILLRACE, *map(str, arguments)], capture_output=True, text=True,
                              timeout=WAIT_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_rescaled_from_savepoints(self):
        """1 -> 2 -> 4 -> 1 shards, each in a directory of its own; rows come meanwhile. Once it is
        killed and goes on in its directory under yet another parallelism."""
        sql = keyed_counts(self.broker.address, self.topic, self.out)
        self.written = 0
        more = []
        for number, shards in enumerate([1, 2, 4, 1]):
            parallel = ["-D", f"parallelism.default={shards}"]
            process = self.start(self.in_directory(sql, number, *parallel, *more))
            self.feed(700)
            self.wait_for_counts(process)
            self.feed(700)
            if number == 1:
                process.kill()
                parallel = ["-D", "parallelism.default=3"]
                process = self.start(self.in_directory(sql, number, *parallel))
                self.feed(700)
                self.wait_for_counts(process)
            self.stop(process)
            saved = self.work / f"saved{number}"
            self.tool("savepoint", self.work / f"data{number}", "--to", saved)
            more = ["--from", str(saved)]
        process = self.start(self.in_directory(sql, 3))
        self.wait_for_counts(process)
        self.stop(process)
        self.check_counts()

    def test_savepoints_of_killed_runs(self):
        """The journal's last epoch may not have happened; what the sink says counts."""
        sql = keyed_counts(self.broker.address, self.topic, self.out, interval="20 ms")
        self.written = 0
        more = []
        for number in range(6):
            process = self.start(self.in_directory(sql, number, *more))
            self.feed(300)
            self.wait_for_counts(process)
            for _ in range(5 + number):
                self.feed(100)
            process.kill()
            saved = self.work / f"saved{number}"
            self.tool("savepoint", self.work / f"data{number}", "--to", saved)
            more = ["--from", str(saved), "-D", f"parallelism.default={1 + number % 3}"]
        process = self.start(self.in_directory(sql, 6, *more))
        self.wait_for_counts(process)
        self.stop(process)
        self.check_counts()

    def test_disk_lost(self):
        """A run that was stopped goes on from its backup as if nothing had happened. One that was
        killed may have sent more than the backup has: that is said, and goes on if it is allowed;
        then counts come again, and none is missing."""
        sql = (f"SET 'execution.checkpointing.dir' = '{(self.work / 'copy').as_uri()}';\n"
               "SET 'millrace.backup.interval' = '50 ms';\n"
               + keyed_counts(self.broker.address, self.topic, self.out))
        self.written = 0
        process = self.start(self.in_directory(sql, 0))
        self.feed(1000)
        self.wait_for_counts(process)
        self.stop(process)
        shutil.rmtree(self.work / "data0")
        restore = ["state", "restore", self.work / "copy" / "p", "--data-dir"]
        self.tool(*restore, self.work / "data1")
        process = self.start(self.in_directory(sql, 1, "-D", "parallelism.default=3"))
        self.feed(1000)
        self.wait_for_counts(process)
        self.stop(process)
        self.check_counts()
        process = self.start(self.in_directory(sql, 1))
        saved = self.work / "older"
        self.feed(200)
        self.wait_for_counts(process)
        self.wait_until(lambda: list((self.work / "copy" / "p" / "backups").iterdir()),
                        "there is a backup", process)
        shutil.copytree(self.work / "copy" / "p", saved)
        self.feed(1000)
        self.wait_for_counts(process)
        process.kill()
        shutil.rmtree(self.work / "data1")
        self.tool("state", "restore", saved, "--data-dir", self.work / "data2")
        self.wait_for_end(self.start(self.in_directory(sql, 2)), "MR0723")
        process = self.start(self.in_directory(sql, 2, "--allow-rewind"))
        self.feed(500)
        self.wait_for_counts(process)
        self.stop(process)
        counts = Counts(self.committed(), rows_by_key(self.written, KEYS))
        self.assertEqual((counts.lost, counts.counted_twice), (0, 0), counts.text())
        self.assertGreater(counts.duplicates, 0)

    def test_broker_killed(self):
        self.client.produce(self.topic, ids(range(2000)))
        process = self.start_sql(copy(self.broker.address, self.topic, self.out))
        self.wait_for_ids(process, 1)
        self.restart_broker(self.broker.kill)
        self.client.produce(self.topic, ids(range(2000, 4000)))
        self.wait_for_ids(process, 4000)
        self.stop(process)
        self.check_ids(4000)

    def restart_broker(self, end):
        end()
        time.sleep(2)
        self.broker.start()

    def test_broker_restarted_again_and_again(self):
        """Transactions time out meanwhile. Nothing comes twice, and no threads or descriptors of
        the clients that were given up are left."""
        sql = copy(self.broker.address, self.topic, self.out, timeout_ms=5000)
        process = self.start_sql(sql)
        written = 0
        used = []
        for end in [None] + 2 * [self.broker.kill, self.broker.terminate]:
            self.client.produce(self.topic, ids(range(written, written + 500)))
            written += 500
            if end is not None:
                self.restart_broker(end)
            self.wait_for_ids(process, written)
            used.append((process.threads(), process.descriptors()))

        def nothing_is_left():
            used[-1] = process.threads(), process.descriptors()
            return used[-1][0] <= used[0][0] + 3 and used[-1][1] <= used[0][1] + 5

        self.wait_until(nothing_is_left, f"clients are gone: {used}", process)
        print(f"  threads and descriptors: {used}", flush=True)
        self.stop(process)
        self.assertNotIn('is refused: {', process.said(), "a record is told as its error")
        self.check_ids(written)

    def test_a_foreign_transaction_in_the_sink_topic(self):
        """A start waits until it is over, and says so: an end that was lost would look the same,
        and records without an end would be seen with those of the next epoch."""
        other = self.client.producer(**{"transactional.id": "elsewhere"})
        other.init_transactions(30)
        other.begin_transaction()
        other.produce(self.out, b'{"id": 999}', partition=1)
        other.flush(30)
        self.client.produce(self.topic, ids(range(10)))
        process = self.start_sql(copy(self.broker.address, self.topic, self.out))
        self.wait_until(lambda: "open transaction, partition 1 from offset 0" in process.said(),
                        "it says what it waits for", process)
        other.abort_transaction(30)
        self.wait_for_ids(process, 10)
        self.stop(process)
        self.check_ids(10)

    def test_stopped_for_longer_than_the_time_out(self):
        """The broker ends the open transaction; the pipeline notices, and starts again itself."""
        self.client.produce(self.topic, ids(range(100)))
        process = self.start_sql(copy(self.broker.address, self.topic, self.out, "500 ms", 2000))
        self.wait_for_ids(process, 100)
        self.client.produce(self.topic, ids(range(100, 200)))
        time.sleep(0.2)  # in the open transaction
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(5)
        os.kill(process.pid, signal.SIGCONT)
        self.client.produce(self.topic, ids(range(200, 300)))
        self.wait_for_ids(process, 300)
        self.stop(process)
        self.check_ids(300)

    def test_hijacked_id(self):
        self.client.produce(self.topic, ids(range(100)))
        process = self.start_sql(copy(self.broker.address, self.topic, self.out))
        self.wait_for_ids(process, 100)
        thief = self.client.producer(**{"transactional.id": "bank.p.0"})
        thief.init_transactions(30)
        self.client.produce(self.topic, ids(range(100, 200)))
        self.wait_for_end(process, "MR0832")
        process = self.start_sql(copy(self.broker.address, self.topic, self.out))
        self.wait_for_ids(process, 200)
        self.stop(process)
        self.check_ids(200)

    def test_the_older_process_gives_way(self):
        """The same pipeline from another directory, which lacks the decided epochs."""
        sql = copy(self.broker.address, self.topic, self.out)
        self.client.produce(self.topic, ids(range(100)))
        older = self.start_sql(sql)
        self.wait_for_ids(older, 100)
        arguments = self.arguments(sql)
        arguments[arguments.index("--data-dir") + 1] = str(self.work / "other.data")
        newer = self.start(arguments)
        self.wait_for_end(newer, "MR0723")
        self.client.produce(self.topic, ids(range(100, 200)))
        self.wait_for_end(older, "MR0832")
        again = self.start_sql(sql)
        self.wait_for_ids(again, 200)
        self.stop(again)
        self.check_ids(200)

    def test_decision_record_changed_by_hand(self):
        """Group and data directory disagree: refused with both, and nothing is written."""
        sql = copy(self.broker.address, self.topic, self.out)
        self.client.produce(self.topic, ids(range(20)))
        process = self.start_sql(sql)
        self.wait_for_ids(process, 20)
        self.stop(process)
        at = confluent_kafka.TopicPartition(self.out, 0, 3)
        self.client.set_group_offset("millrace.p.0", at)
        said = self.run_sql(sql, expect=3)
        self.assertIn("MR0833", said)
        self.assertIn("millrace.p.0", said)
        self.check_ids(20)

    def test_decision_record_expired(self):
        """Without it nobody knows which of the last epochs happened: refused, unless the state has
        all of them."""
        sql = copy(self.broker.address, self.topic, self.out)
        process = self.start_sql(sql)
        for number in range(5):  # an epoch for each
            self.client.produce(self.topic, ids([number]))
            self.wait_for_ids(process, number + 1)
        process.kill()
        self.client.delete_group("millrace.p.0")
        self.assertIn("MR0723", self.run_sql(sql, expect=3))
        self.check_ids(5)

    def test_decision_record_expired_after_a_stop(self):
        sql = copy(self.broker.address, self.topic, self.out)
        process = self.start_sql(sql)
        self.client.produce(self.topic, ids(range(10)))
        self.wait_for_ids(process, 10)
        self.stop(process)
        self.client.delete_group("millrace.p.0")
        self.client.produce(self.topic, ids(range(10, 20)))
        process = self.start_sql(sql)
        self.wait_for_ids(process, 20)
        self.stop(process)
        self.check_ids(20)

    def test_one_directory_is_used_once(self):
        sql = copy(self.broker.address, self.topic, self.out)
        first = self.start_sql(sql)
        self.client.produce(self.topic, ids(range(10)))
        self.wait_for_ids(first, 10)
        second = self.start_sql(sql)
        self.assertNotEqual(second.wait(), 0)
        self.client.produce(self.topic, ids(range(10, 20)))
        self.wait_for_ids(first, 20)
        self.stop(first)
        self.check_ids(20)

    def test_a_record_that_is_too_large(self):
        self.client.create(self.topic + "_small", 1, max_message_bytes=2000)
        large = json.dumps({"id": 1, "text": "x" * 3000}).encode()
        small = [json.dumps({"id": i, "text": "x" * 100}).encode() for i in (0, 2, 3)]
        self.client.produce(self.topic, [small[0], large, *small[1:]])
        sql = copy(self.broker.address, self.topic, self.topic + "_small").replace(
            "(id BIGINT)", "(id BIGINT, text STRING)").replace("SELECT id", "SELECT id, text")
        process = self.start_sql(sql)
        out = self.topic + "_small"
        self.wait_until(lambda: len(self.client.read(out)) == 3, "three rows are out", process)
        self.stop(process)
        letters = (self.work / "p.data/dead-letters/dst.jsonl").read_text().splitlines()
        self.assertEqual(len(letters), 1)
        self.assertIn("max.message.bytes is 2000", json.loads(letters[0])["reason"])

    def test_settings_are_refused(self):
        sql = copy(self.broker.address, self.topic, self.out, timeout_ms=600000)
        said = self.run_sql(sql, expect=1)
        self.assertIn("600000", said)
        self.assertIn("120000", said)
        sql = copy(self.broker.address, self.topic, self.out, "10 s", 5000)
        self.assertIn("given up after 5000 ms", self.run_sql(sql, expect=1))

    def test_a_transaction_upstream_that_hangs(self):
        """What is waited for is said: in which partition, and from which offset on."""
        self.client.produce(self.topic, ids(range(10), 0))
        process = self.start_sql(copy(self.broker.address, self.topic, self.out),
                                 extra=("--listen", "127.0.0.1:0"))
        self.wait_for_ids(process, 10)
        other = self.client.producer(**{"transactional.id": "upstream",
                                        "transaction.timeout.ms": 110000})
        other.init_transactions(30)
        other.begin_transaction()
        other.produce(self.topic, b'{"id": 999}', partition=0)
        other.flush(30)
        self.client.produce(self.topic, ids(range(10, 20), 0))
        self.client.produce(self.topic, ids(range(20, 30), 1))
        self.wait_until(lambda: process.ask("/health")[1].get("status") == "degraded",
                        "the health is degraded", process)
        ready = process.ask("/ready")[1]
        self.assertEqual(ready["part"], "table src")
        held = f"holds up partition {self.topic}-0 from offset 10 on"
        self.assertIn(held, ready["reason"])
        self.wait_until(lambda: held in process.said(), "a line says so", process)
        self.assertEqual(set(self.ids_out()), {*range(10), *range(20, 30)})
        other.abort_transaction(30)
        self.wait_for_ids(process, 30)
        self.wait_until(lambda: process.ask("/health")[1].get("status") == "ok",
                        "the health is well again", process)
        self.stop(process)
        self.check_ids(30)
        self.assertNotIn(999, self.ids_out())

    def test_a_foreign_transaction_upstream(self):
        """A transaction that is never ended holds its readers up; nothing of it is ever seen."""
        self.client.produce(self.topic, ids(range(10)))
        other = self.client.producer(**{"transactional.id": "upstream",
                                        "transaction.timeout.ms": 5000})
        other.init_transactions(30)
        other.begin_transaction()
        other.produce(self.topic, b'{"id": 999}', partition=0)
        other.flush(30)
        process = self.start_sql(copy(self.broker.address, self.topic, self.out))
        self.client.produce(self.topic, ids(range(10, 20)))
        self.wait_for_ids(process, 20)  # once the broker has ended it
        self.stop(process)
        self.check_ids(20)
        self.assertNotIn(999, self.ids_out())


if __name__ == "__main__":
    assert confluent_kafka.libversion()
    run_all(ExactlyOnceTest, lambda: Broker(settings=BROKER_SETTINGS))
