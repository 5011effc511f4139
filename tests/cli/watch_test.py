#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`top` and `tap` on a program that runs, `produce` and `consume` on its tables.

Usage: watch_test.py PATH_TO_MILLRACE.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from live_case import LiveCase

MILLRACE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
SECONDS = 120

SQL = """
SET 'millrace.latency-budget' = '1 ms';
SET 'millrace.source.batch-delay' = '20 ms';
CREATE TABLE payments (card BIGINT, amount DOUBLE, ts TIMESTAMP_LTZ(3),
  WATERMARK FOR ts AS ts)
WITH ('connector' = 'datagen', 'rows-per-second' = '2000', 'fields.card.kind' = 'random',
  'fields.card.min' = '1', 'fields.card.max' = '5', 'fields.amount.min' = '0',
  'fields.amount.max' = '1000');
CREATE TABLE totals (card BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE posted (id BIGINT, note STRING) WITH ('connector' = 'http', 'format' = 'json');
CREATE TABLE noted (id BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE large_ones (card BIGINT, amount DOUBLE) WITH ('connector' = 'blackhole');
EXECUTE STATEMENT SET BEGIN
INSERT INTO totals SELECT card, COUNT(*) FROM TABLE(
  TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' SECOND))
  GROUP BY card, window_start, window_end;
INSERT INTO large_ones SELECT card, amount FROM payments WHERE amount > 500;
INSERT INTO noted SELECT id FROM posted;
END;
"""


class WatchTest(LiveCase):
    """One program runs for all tests."""

    millrace, sql, seconds = MILLRACE, SQL, SECONDS

    @classmethod
    def check_said(cls, said):
        assert "latency budget: " in said, said

    def run_it(self, *arguments, status=0, text=""):
        done = subprocess.run([MILLRACE, *arguments], cwd=self.directory, text=True, input=text,
                              capture_output=True, timeout=SECONDS, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def top(self):
        return json.loads(self.run_it("top", "live.sql", "--once", "--json").stdout)

    def test_top_shows_rates_and_shares(self):
        view = self.top()
        self.assertEqual((view["pipeline"], view["state"]), ("live", "running"))
        self.assertAlmostEqual(view["busy"] + view["idle"] + view["back_pressured"], 1, places=3)
        rows = {(row["kind"], row["table"]): row for row in view["operators"]}
        scan = rows[("Scan", "payments")]
        self.assertGreater(scan["rows_out_per_second"], 500)  # 2000, on a machine at leisure
        self.assertLess(scan["rows_out_per_second"], 8000)
        sink = rows[("Sink", "large_ones")]
        self.assertGreater(sink["rows_in_per_second"], 200)
        self.assertLess(sink["rows_in_per_second"], 5000)
        self.assertGreater(sink["p99_seconds"], 0)
        self.assertGreater(sink["batch_rows"], 1)
        self.assertGreater(sink["over_budget"], 0)
        window = rows[("WindowAggregate", "")]
        self.assertLess(abs(window["watermark_delay_seconds"]), 30)

    def test_top_as_a_table(self):
        lines = self.run_it("top", "--once", "--interval", "0.3").stdout.splitlines()
        self.assertRegex(lines[0], r"^live \(running\): busy \d+%, back-pressured \d+%, idle \d+%$")
        self.assertEqual(lines[1].split(), ["operator", "in/s", "out/s", "busy", "batch", "unread",
                                            "lag", "watermark", "p99", "late", "failed", "state"])
        self.assertTrue(any(line.startswith("  Sink large_ones ") for line in lines), lines)

    def test_tap_a_table(self):
        done = self.run_it("tap", "pay*", "--limit", "7")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(rows), 7)
        self.assertEqual(set(rows[0]), {"card", "amount", "ts"})
        self.assertIn("tapping Scan payments (", done.stderr)
        self.assertRegex(done.stderr, r"sampled 7 of [\d,]+ rows \(~[\d,]+/s\)")

    def test_tap_a_sink_means_what_it_reads(self):
        done = self.run_it("tap", "large_ones", "--limit", "3", "--meta")
        for line in done.stdout.splitlines():
            wrapped = json.loads(line)
            self.assertEqual((wrapped["operator"], wrapped["change"]), ("Calc", "+I"))
            self.assertGreater(wrapped["row"]["amount"], 500)

    def test_tap_the_inputs_of_an_operator(self):
        done = self.run_it("tap", "windowaggregate", "--inputs-of", "--limit", "1")
        self.assertIn("-> WindowAggregate", done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_tap_with_a_condition(self):
        done = self.run_it("tap", "payments", "--where", "card = 3 AND amount BETWEEN 100 AND 300",
                           "--limit", "20")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(rows), 20)
        for row in rows:
            self.assertEqual(row["card"], 3)
            self.assertTrue(100 <= row["amount"] <= 300)
        self.assertIn("the condition was tried on", done.stderr)

    def test_tap_a_window_in_changelog_form(self):
        done = self.run_it("tap", "WindowAggregate", "--limit", "2", "--format", "changelog")
        for line in done.stdout.splitlines():
            self.assertRegex(line, r"^\+I\[[1-5], \d+, ")

    def test_tap_for_a_time(self):
        done = self.run_it("tap", "payments", "--where", "card = 99", "--duration", "0.5")
        self.assertEqual(done.stdout, "")
        self.assertIn("sampled 0 of ", done.stderr)

    def test_what_a_tap_refuses(self):
        done = self.run_it("tap", "nothing*", status=1)
        self.assertIn("nothing matches 'nothing*'; there is:", done.stderr)
        self.assertIn("large_ones", done.stderr)
        done = self.run_it("tap", "payments", "--where", "amout > 1", status=1)
        self.assertIn("MR0763", done.stderr)
        self.assertIn("amout", done.stderr)
        done = self.run_it("tap", "payments", "--where", "card = 1; DROP TABLE x", status=1)
        self.assertIn("MR0", done.stderr)

    def test_nobody_listens(self):
        done = self.run_it("top", "--data-dir", "elsewhere", status=1)
        self.assertIn("MR0765", done.stderr)
        done = self.run_it("top", "--address", "127.0.0.1:1", status=3)
        self.assertIn("MR0765", done.stderr)

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.address}{path}", timeout=SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def test_the_routes_refuse_what_is_wrong(self):
        for path in ("/tap", "/tap?name=", "/tap?name=a&name=b", "/tap?name=%zz", "/tap?rows=x",
                     "/tap?name=payments&rows=0", "/tap?name=payments&side=up",
                     "/tap?session=999999"):
            status, body = self.get(path)
            self.assertEqual(status, 400, path + body)
            self.assertIn('"MR076', body)

    def test_too_many_taps_are_refused_and_forgotten_ones_closed(self):
        statuses = [self.get("/tap?name=totals&rows=1")[0]]
        deadline = time.monotonic() + SECONDS
        while statuses[-1] == 200:  # on a slow machine some are forgotten meanwhile
            self.assertLess(time.monotonic(), deadline, "any number of taps is open")
            statuses.append(self.get("/tap?name=totals&rows=1")[0])
        self.assertGreater(len(statuses), 1)
        self.assertEqual(statuses[-1], 503)
        deadline = time.monotonic() + SECONDS
        while self.get("/tap?name=totals&rows=1")[0] != 200:
            self.assertLess(time.monotonic(), deadline, "forgotten taps stay open")
            time.sleep(0.5)

    def test_rows_are_produced_through_the_listener_and_read_at_once(self):
        rows = "".join(json.dumps({"id": n, "note": "x" * 100}) + "\n" for n in range(60000))
        done = self.run_it("produce", "live.sql", "posted", text=rows)
        self.assertIn(f"60000 rows into posted at http://{self.address}", done.stderr)
        done = self.run_it("produce", "live.sql", "posted", "--input-format", "csv",
                           text="1,a\n2,b\n")
        self.assertIn("2 rows into posted", done.stderr)
        done = self.run_it("produce", "live.sql", "posted", text='{"id": "x"}\n', status=1)
        self.assertIn("MR07", done.stderr)
        deadline = time.monotonic() + SECONDS
        while True:
            scans = [row for row in self.top()["operators"] if row["table"] == "posted"]
            if scans[0]["lag_records"] == 0 and scans[0]["lag_seconds"] == 0:
                break
            self.assertLess(time.monotonic(), deadline, scans)
        done = self.run_it("consume", "live.sql", "posted", "--no-wait", "--where", "id < 3",
                           "--format", "json")
        self.assertEqual([json.loads(line) for line in done.stdout.splitlines()],
                         [{"id": n, "note": "x" * 100} for n in range(3)]
                         + [{"id": 1, "note": "a"}, {"id": 2, "note": "b"}])
        done = self.get("/metrics")[1]
        self.assertRegex(done, r'millrace_source_lag_records\{[^}]*table="posted"\} 0\n')
        self.assertRegex(done, r'millrace_source_records_total\{[^}]*table="posted"\} 60002\n')

    def test_metrics_count_what_is_over_the_budget(self):
        deadline = time.monotonic() + SECONDS
        while True:
            status, text = self.get("/metrics")
            self.assertEqual(status, 200)
            values = dict(line.rsplit(" ", 1) for line in text.splitlines()
                          if line.startswith("millrace_latency_over_budget_total"))
            if any(float(value) > 0 for value in values.values()):
                break
            self.assertLess(time.monotonic(), deadline, values)
            time.sleep(0.1)
        self.assertIn("millrace_latency_budget_seconds{", text)

    if shutil.which("promtool"):
        def test_promtool_finds_no_fault_in_the_metrics(self):
            done = subprocess.run(["promtool", "check", "metrics"], input=self.get("/metrics")[1],
                                  text=True, capture_output=True, timeout=SECONDS, check=False)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


class ProduceTest(unittest.TestCase):
    SQL = """
CREATE TABLE events (id BIGINT, who ROW<name STRING, age INT>, at_time TIMESTAMP(3),
  pay DECIMAL(9, 2), twice AS id * 2, WATERMARK FOR at_time AS at_time)
WITH ('connector' = 'filesystem', 'path' = 'events', 'format' = 'json');
CREATE TABLE flat (id BIGINT, name STRING) WITH ('connector' = 'filesystem', 'path' = 'flat',
  'format' = 'csv', 'csv.field-delimiter' = ';');
CREATE TABLE printed (id BIGINT) WITH ('connector' = 'print');
CREATE VIEW old_ones AS SELECT id, who.name AS name FROM events WHERE who.age > 30;
INSERT INTO printed SELECT id FROM events;
"""

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.directory = pathlib.Path(self.place.name)
        (self.directory / "shop.sql").write_text(self.SQL, encoding="utf-8")

    def run_it(self, *arguments, text="", status=0):
        done = subprocess.run([MILLRACE, *arguments], cwd=self.directory, text=True, input=text,
                              capture_output=True, timeout=SECONDS, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def produce_events(self):
        rows = [{"id": n, "who": {"name": f"n{n}", "age": 28 + n}, "pay": n + 0.5,
                 "at_time": f"2024-05-01 10:00:0{n}"} for n in range(5)]
        return self.run_it("produce", "shop.sql", "events",
                           text="".join(json.dumps(row) + "\n" for row in rows))

    def test_rows_go_in_and_come_out(self):
        done = self.produce_events()
        self.assertRegex(done.stderr, r"^5 rows in [\d.]+ s into events\n$")
        done = self.run_it("consume", "shop.sql", "events", "--format", "json")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([row["id"] for row in rows], list(range(5)))
        self.assertEqual(rows[3]["twice"], 6)
        self.assertEqual(rows[3]["who"], {"name": "n3", "age": 31})

    def test_produce_adds_and_does_not_replace(self):
        self.produce_events()
        self.produce_events()
        done = self.run_it("consume", "shop.sql", "events", "--format", "json")
        self.assertEqual(len(done.stdout.splitlines()), 10)

    def test_consume_a_view_with_condition_and_limit(self):
        self.produce_events()
        done = self.run_it("consume", "shop.sql", "old_ones", "--format", "changelog")
        self.assertEqual(done.stdout, "+I[3, n3]\n+I[4, n4]\n")
        done = self.run_it("consume", "shop.sql", "events", "--where", "id > 0", "--limit", "2",
                           "--format", "csv")
        self.assertEqual([line.split(",")[0] for line in done.stdout.splitlines()
                          if line[:1].isdigit()], ["1", "2"])

    def test_csv_and_a_file_as_input(self):
        (self.directory / "in.csv").write_text("1,ann\n2,\"b;ob\"\n", encoding="utf-8")
        self.run_it("produce", "shop.sql", "flat", "in.csv", "--input-format", "csv")
        done = self.run_it("consume", "shop.sql", "flat", "--format", "json")
        self.assertEqual([json.loads(line) for line in done.stdout.splitlines()],
                         [{"id": 1, "name": "ann"}, {"id": 2, "name": "b;ob"}])

    def test_a_row_that_does_not_fit_is_said(self):
        done = self.run_it("produce", "shop.sql", "flat", text='{"id": 1}\n{"id": "x"}\n',
                           status=1)
        self.assertIn("1 row of table millrace_produce_input could not be processed", done.stderr)

    def test_what_is_refused(self):
        done = self.run_it("consume", "shop.sql", "event", status=1)
        self.assertIn("near it: events", done.stderr)
        done = self.run_it("produce", "shop.sql", "old_ones", status=2)
        self.assertIn("is a view", done.stderr)
        self.run_it("consume", "shop.sql", "printed", status=1)
        self.run_it("consume", "shop.sql", "events", "--from", "latest", status=2)
        self.run_it("consume", "shop.sql", status=2)


class LocalTest(unittest.TestCase):
    """Kafka tables in the embedded log, before, while and after a program runs on it."""
    OPTIONS = ("'connector' = 'kafka', 'properties.bootstrap.servers' = 'nowhere:9092', "
               "'format' = 'json', 'scan.startup.mode' = 'earliest-offset', "
               "'key.format' = 'raw', 'key.fields' = 'who'")
    SQL = f"""
CREATE TABLE orders (id BIGINT, who STRING) WITH ('topic' = 'orders', {OPTIONS});
CREATE TABLE loud (id BIGINT, who STRING) WITH ('topic' = 'loud', {OPTIONS});
INSERT INTO loud SELECT id, UPPER(who) FROM orders;
"""

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.directory = pathlib.Path(self.place.name)
        (self.directory / "shop.sql").write_text(self.SQL, encoding="utf-8")

    def run_it(self, *arguments, text="", status=0):
        done = subprocess.run([MILLRACE, *arguments], cwd=self.directory, text=True, input=text,
                              capture_output=True, timeout=SECONDS, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def produce(self, first, count):
        rows = [{"id": n, "who": f"w{n % 3}-ü"} for n in range(first, first + count)]
        done = self.run_it("produce", "shop.sql", "orders", "--local",
                           text="".join(json.dumps(row) + "\n" for row in rows))
        self.assertIn(f"{count} rows", done.stderr)

    def consume(self, table, *more):
        done = self.run_it("consume", "shop.sql", table, "--local", "--format", "json", *more)
        return sorted((json.loads(line) for line in done.stdout.splitlines()),
                      key=lambda row: row["id"])

    def test_before_while_and_after_a_program_runs(self):
        self.produce(0, 3)
        self.assertEqual([row["id"] for row in self.consume("orders", "--no-wait")], [0, 1, 2])
        # pylint: disable-next=consider-using-with
        program = subprocess.Popen([MILLRACE, "run", "--local", "--quiet", "shop.sql"],
                                   cwd=self.directory, stdin=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + SECONDS
            while not (self.directory / ".millrace/shop/listener").exists():
                self.assertIsNone(program.poll())
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            self.produce(3, 2500)
            rows = self.consume("loud", "--limit", "2503")
            self.assertEqual([row["id"] for row in rows], list(range(2503)))
            self.assertEqual(rows[4]["who"], "W1-Ü")
            self.assertEqual(len(self.consume("orders", "--no-wait")), 2503)
            done = self.run_it("infer", "loud", "--local", ".millrace/shop", "--json")
            answer = json.loads(done.stdout)
            self.assertEqual((answer["records"], answer["decoded"]), (2503, 2503))
            self.assertEqual([column["type"] for column in answer["columns"]],
                             ["BIGINT", "STRING"])
            self.assertIn("'connector' = 'kafka'", answer["sql"])
            done = self.run_it("completion", "query", "--before=:tap", "--current=:")
            self.assertEqual([line.split("\t")[0] for line in done.stdout.splitlines()[1:]],
                             ["Calc", "loud", "orders"])
        finally:
            program.send_signal(signal.SIGINT)
            self.assertEqual(program.wait(timeout=SECONDS), 0)
        self.assertEqual(len(self.consume("loud", "--no-wait", "--where", "who LIKE 'W2%'")), 834)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
