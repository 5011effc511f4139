#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`produce` as a stream: what comes into a pipe comes out at once, the memory is bounded, several
write at a time; `consume` of an 'http' table shows all of its columns.

Usage: streams_test.py PATH_TO_MILLRACE.
"""
import json
import os
import pathlib
import subprocess
import sys
import time
import unittest
import urllib.request

from live_case import LiveCase

MILLRACE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
SECONDS = 60
LARGE_BYTES = 300 << 20
MEMORY_BYTES = 300 << 20  # of a process that links Arrow, ONNX Runtime and librdkafka

KAFKA = ("'connector' = 'kafka', 'properties.bootstrap.servers' = 'nowhere:9092', "
         "'format' = 'json', 'scan.startup.mode' = 'earliest-offset'")
SQL = f"""
CREATE TABLE orders (id BIGINT, note STRING) WITH ('topic' = 'orders', {KAFKA});
CREATE TABLE posted (id BIGINT, note STRING, twice AS id * 2,
  at_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
  place BIGINT METADATA FROM 'offset' VIRTUAL, request_id STRING METADATA FROM 'request-id',
  WATERMARK FOR at_time AS at_time)
WITH ('connector' = 'http', 'format' = 'json');
CREATE TABLE answers (id BIGINT, request_id STRING METADATA FROM 'request-id')
WITH ('connector' = 'reply', 'format' = 'json');
CREATE TABLE stamped (id BIGINT, at_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', note STRING)
WITH ('topic' = 'stamped', {KAFKA});
CREATE TABLE nowhere (id BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE sunk (id BIGINT, note STRING) WITH ('connector' = 'blackhole');
EXECUTE STATEMENT SET BEGIN
INSERT INTO nowhere SELECT id FROM orders;
INSERT INTO answers SELECT id, request_id FROM posted;
END;
"""


class StreamsTest(LiveCase):
    """One program runs for all tests."""

    millrace, sql, options, seconds = MILLRACE, SQL, ("--local",), SECONDS

    def start(self, *arguments):
        # pylint: disable-next=consider-using-with
        process = subprocess.Popen([MILLRACE, *arguments], cwd=self.directory, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def end(self, process):
        """Its standard error, after its input has ended."""
        _, errors = process.communicate(timeout=SECONDS)
        self.assertEqual(process.returncode, 0, errors)
        return errors

    def consume(self, table, *more):
        done = subprocess.run(
            [MILLRACE, "consume", "live.sql", table, "--local", "--format", "json", *more],
            cwd=self.directory, text=True, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def wait_for(self, table, ids):
        deadline = time.monotonic() + SECONDS
        while True:
            found = {row["id"] for row in self.consume(table, "--no-wait")}
            if set(ids) <= found:
                return
            self.assertLess(time.monotonic(), deadline, f"{ids} do not come: {found}")

    def test_rows_come_out_while_the_pipe_is_open(self):
        for table, first, more in (("orders", 100, ("--local",)), ("posted", 200, ())):
            producer = self.start("produce", "live.sql", table, *more)
            for number in (first, first + 1):
                producer.stdin.write(json.dumps({"id": number}) + "\n")
                producer.stdin.flush()
                self.wait_for(table, [number])
                self.assertIsNone(producer.poll())
            producer.stdin.write(json.dumps({"id": first + 2}))  # the last line has no end
            self.assertIn("3 rows", self.end(producer))
            self.wait_for(table, range(first, first + 3))

    def test_two_write_at_a_time(self):
        first = self.start("produce", "live.sql", "orders", "--local")
        first.stdin.write('{"id": 300}\n')
        first.stdin.flush()
        self.wait_for("orders", [300])
        second = self.start("produce", "live.sql", "orders", "--local")
        second.stdin.write('{"id": 301}\n')
        self.assertIn("1 row", self.end(second))
        first.stdin.write('{"id": 302}\n')
        self.assertIn("2 rows", self.end(first))
        self.wait_for("orders", [300, 301, 302])

    def test_a_named_pipe_is_read_as_it_comes(self):
        os.mkfifo(self.directory / "fifo")
        producer = self.start("produce", "live.sql", "orders", "fifo", "--local")
        with open(self.directory / "fifo", "w", encoding="ascii") as fifo:
            fifo.write('{"id": 400}\n')
            fifo.flush()
            self.wait_for("orders", [400])
            fifo.write('{"id": 401}\n')
        self.assertIn("2 rows", self.end(producer))

    def test_a_csv_line_holds_no_metadata(self):
        producer = self.start("produce", "live.sql", "stamped", "--local", "--input-format", "csv")
        producer.stdin.write("700,a\n")
        self.assertIn("1 row", self.end(producer))
        producer = self.start("produce", "live.sql", "stamped", "--local")
        producer.stdin.write('{"id": 701, "note": "b", "at_time": "2024-05-01 10:00:00Z"}\n')
        self.assertIn("1 row", self.end(producer))
        rows = sorted(self.consume("stamped", "--no-wait"), key=lambda row: row["id"])
        self.assertEqual([(row["id"], row["note"]) for row in rows], [(700, "a"), (701, "b")])
        self.assertRegex(rows[0]["at_time"], r"^20(2[5-9]|[3-9])")
        self.assertRegex(rows[1]["at_time"], r"^2024-05-01.10:00:00")

    def test_memory_is_bounded(self):
        line = json.dumps({"id": 1, "note": "x" * 1000}) + "\n"
        block = line * 1000
        producer = self.start("produce", "live.sql", "sunk")
        for _ in range(LARGE_BYTES // len(block)):
            producer.stdin.write(block)
        producer.stdin.flush()
        status = pathlib.Path(f"/proc/{producer.pid}/status").read_text(encoding="ascii")
        peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
        self.assertLess(peak, MEMORY_BYTES)
        rows = LARGE_BYTES // len(block) * 1000
        self.assertIn(f"{rows} rows", self.end(producer))

    def test_a_bad_row_is_named_by_its_line(self):
        producer = self.start("produce", "live.sql", "posted")
        producer.stdin.write('{"id": 500}\n')
        producer.stdin.flush()
        self.wait_for("posted", [500])
        producer.stdin.write('{"id": "x"}\n')
        _, errors = producer.communicate(timeout=SECONDS)
        self.assertNotEqual(producer.returncode, 0)
        self.assertIn("line 2 of the input, rows written before it: 1", errors)

    def test_consume_shows_metadata_of_an_http_table(self):
        body = json.dumps({"id": 600, "note": "n"}).encode()
        request = urllib.request.Request(f"http://{self.address}/decide/posted", data=body,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            self.assertEqual(json.loads(answer.read())["id"], 600)
        producer = self.start("produce", "live.sql", "posted")
        producer.stdin.write('{"id": 601}\n')
        self.end(producer)
        asked, given = self.consume("posted", "--no-wait", "--where", "id >= 600 AND id < 700")
        self.assertEqual(list(asked),
                         ["id", "note", "twice", "at_time", "place", "request_id"])
        self.assertEqual((asked["id"], asked["note"], asked["twice"]), (600, "n", 1200))
        self.assertTrue(asked["request_id"])
        self.assertIsNone(given["request_id"])
        self.assertGreater(given["place"], asked["place"])
        self.assertRegex(asked["at_time"], r"^20\d\d-")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
