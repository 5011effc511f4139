#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Python functions in real worker processes.

Usage: python_functions_test.py PATH_TO_MILLRACE
Scalar, table and aggregate functions give what they give in Python; a row that raises, crashes the
worker or takes too long is a dead letter with the reason, and the others come out. State of
aggregates survives kill -9. No worker outlives the program.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "api")]
import live  # pylint: disable=wrong-import-position
import pyarrow_python  # pylint: disable=wrong-import-position

MILLRACE = os.path.abspath(sys.argv[1])
PYTHON = pyarrow_python.find()

MODULE = '''
import ctypes, datetime, decimal, os, time
from pyflink.table import AggregateFunction, DataTypes, Row
from pyflink.table.udf import udaf, udf, udtf

@udf(result_type=DataTypes.BIGINT())
def add(a, b):
    return None if b is None else a + b

def label(name: str, n: int) -> str:
    return f"{name}:{n}"

def risky(x: int) -> int:
    if x == 3:
        raise ValueError("three is bad")
    if x == 5:
        os._exit(9)
    if x == 7:
        time.sleep(600)
    if x == 8:
        return "a text"
    if x == 9:
        ctypes.string_at(0)
    if x == 10:
        bytearray(1 << 40)
    return x * 10

def same(value):
    return value

def kinds(*values):
    return ",".join(type(value).__name__ for value in values)

@udf(result_type='ROW<a INT, b ARRAY<STRING>, c MAP<STRING, INT>>')
def nested(n):
    return Row(n, [str(i) for i in range(n)], {"n": n})

@udf(result_type=DataTypes.BIGINT(), func_type="arrow")
def plus_arrow(a, b):
    import pyarrow.compute as pc
    if pc.any(pc.equal(a, 4)).as_py():
        raise ValueError("a four")
    return pc.add(a, b)

@udtf(result_types=[DataTypes.STRING(), DataTypes.INT()])
def split(text):
    for word in text.split():
        yield word, len(word)

def numbers(n):
    return list(range(n))

calls = 0

@udf(result_type='INT', deterministic=False)
def next_call():
    global calls
    calls += 1
    return calls

class Mean(AggregateFunction):
    def create_accumulator(self):
        return [0, 0]
    def accumulate(self, state, value):
        state[1] += 1
        if value == 13:
            raise ValueError("thirteen")
        if value == 17:
            os._exit(1)
        state[0] += value
    def get_value(self, state):
        return state[0] / state[1] if state[1] else None
    def merge(self, state, others):
        for other in others:
            state[0] += other[0]
            state[1] += other[1]
    def get_result_type(self):
        return DataTypes.DOUBLE()

class Retracting(Mean):
    def retract(self, state, value):
        state[0] -= value
        state[1] -= 1

mean = udaf(Mean())
back = udaf(Retracting())
'''


class PythonFunctionsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="python-functions-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "mine.py").write_text(MODULE)

    def run_sql(self, sql, status=0, python=PYTHON, arguments=()):
        file = self.folder / "pipeline.sql"
        file.write_text(f"SET 'python.executable' = '{python}';\n" + sql)
        done = subprocess.run([MILLRACE, "run", *arguments, str(file)], cwd=self.folder, text=True,
                              capture_output=True, timeout=200, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def rows(self, sql, **options):
        return sorted(self.run_sql(sql, **options).stdout.splitlines())

    def letters(self):
        done = subprocess.run([MILLRACE, "dlq", "list", "--json", "pipeline.sql"], text=True,
                              cwd=self.folder, capture_output=True, timeout=60, check=False)
        return done.stdout

    def test_scalar_functions(self):
        rows = self.rows("""
            CREATE FUNCTION plus AS 'mine.add' LANGUAGE PYTHON;
            CREATE TEMPORARY FUNCTION label AS 'mine.label' LANGUAGE PYTHON;
            CREATE FUNCTION same_text(x STRING) RETURNS VARCHAR(2) LANGUAGE PYTHON AS 'mine.same';
            CREATE FUNCTION plus_arrow AS 'mine.plus_arrow' LANGUAGE PYTHON;
            CREATE FUNCTION kinds(a INT, b STRING, c DATE, d TIMESTAMP(9), e TIMESTAMP_LTZ(3),
                f DECIMAL(10, 2), g ARRAY<INT>, h ROW<x INT>, i BYTES, j BOOLEAN, k TIME, l DOUBLE,
                m MAP<STRING, INT>)
              RETURNS STRING LANGUAGE PYTHON AS 'mine.kinds';
            SELECT plus(a, b), label(s, a), same_text(s), plus_arrow(a, b), plus(a, plus(a, 1))
            FROM (VALUES (1, 2, 'abc'), (5, CAST(NULL AS INT), 'ü')) AS t(a, b, s)
            WHERE plus(a, 1) > 1;
            SELECT kinds(1, 'a', DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00.123456789',
              TO_TIMESTAMP_LTZ(1000, 3), 1.25, ARRAY[1], ROW(1), X'00', TRUE, TIME '10:00:00', 1e0,
              MAP['a', 1]);""")
        self.assertEqual(rows, [
            "+I[3, abc:1, ab, 3, 3]",
            "+I[int,str,date,datetime,datetime,Decimal,list,Row,bytes,bool,time,float,dict]",
            "+I[null, ü:5, ü, null, 11]"])

    def test_types_come_back_as_they_went(self):
        types = {"TINYINT": "1", "SMALLINT": "2", "INT": "3", "BIGINT": "4", "FLOAT": "1.5",
                 "DOUBLE": "2.5", "DECIMAL(10, 2)": "1.25", "STRING": "'text'", "BOOLEAN": "TRUE",
                 "BYTES": "X'0AFF'", "DATE": "DATE '1969-12-31'", "TIME": "TIME '23:59:59'",
                 "TIMESTAMP(3)": "TIMESTAMP '2024-02-29 12:34:56.789'",
                 "TIMESTAMP(6)": "TIMESTAMP '1960-02-29 12:34:56.789123'",
                 "TIMESTAMP_LTZ(3)": "TO_TIMESTAMP_LTZ(1709210096789, 3)",
                 "ARRAY<STRING>": "ARRAY['a', 'b']", "MAP<STRING, INT>": "MAP['k', 1]",
                 "ROW<a INT, b ROW<c STRING>>": "ROW(1, ROW('x'))",
                 "ARRAY<ROW<a INT>>": "ARRAY[ROW(1), ROW(2)]"}
        sql, plain = "", []
        for i, (sql_type, value) in enumerate(types.items()):
            sql += (f"CREATE FUNCTION f{i}(x {sql_type}) RETURNS {sql_type} LANGUAGE PYTHON"
                    " AS 'mine.same';\n")
            plain.append(f"CAST({value} AS {sql_type})")
        calls = ", ".join(f"f{i}({value})" for i, value in enumerate(plain))
        nulls = ", ".join(f"f{i}(CAST(NULL AS {t}))" for i, t in enumerate(types))
        found = self.run_sql(sql + f"SELECT {calls};\nSELECT {', '.join(plain)};\n"
                             f"SELECT {nulls};").stdout.splitlines()
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[2], "+I[" + ", ".join(["null"] * len(types)) + "]")

    def test_rows_that_fail_are_dead_letters(self):
        (self.folder / "in.json").write_text("".join(f'{{"x": {i}}}\n' for i in range(13)))
        done = self.run_sql("""
            SET 'millrace.python.timeout' = '3 s';
            CREATE TABLE t (x BIGINT)
              WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format' = 'json');
            CREATE FUNCTION risky AS 'mine.risky' LANGUAGE PYTHON;
            SELECT x, risky(x) FROM t;""")
        good = [i for i in range(13) if i not in (3, 5, 7, 8, 9, 10)]
        self.assertEqual(sorted(done.stdout.splitlines()),
                         sorted(f"+I[{i}, {i * 10}]" for i in good))
        letters = self.letters()
        for part in ("MR0751", "ValueError: three is bad", "MemoryError",
                     "TypeError: 'a text' is no", "MR0752", "exit status #",
                     "no answer for # ms", "signal # ("):
            self.assertIn(part, letters)
        kept = b"".join(file.read_bytes() for file in self.folder.rglob("*") if file.is_file()
                        and ".millrace" in file.parts)
        self.assertIn(b", in risky", kept)

    def test_a_batch_function_fails_by_row(self):
        (self.folder / "in.json").write_text("".join(f'{{"x": {i}}}\n' for i in range(13)))
        rows = self.rows("""
            CREATE TABLE t (x BIGINT)
              WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format' = 'json');
            CREATE FUNCTION plus_arrow AS 'mine.plus_arrow' LANGUAGE PYTHON;
            SELECT plus_arrow(x, 1) FROM t;""")
        self.assertEqual(rows, sorted(f"+I[{i + 1}]" for i in range(13) if i != 4))
        self.assertIn("a four", self.letters())

    def test_too_many_losses(self):
        (self.folder / "in.json").write_text('{"x": 5}\n' * 9)
        self.rows("""
            SET 'millrace.python.losses' = '2';
            CREATE TABLE t (x BIGINT)
              WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format' = 'json');
            CREATE FUNCTION risky AS 'mine.risky' LANGUAGE PYTHON;
            SELECT risky(x) FROM t;""")
        self.assertIn("was lost # times", self.letters())

    def test_table_functions(self):
        view = """
            CREATE FUNCTION words AS 'mine.split' LANGUAGE PYTHON;
            CREATE FUNCTION numbers(n INT) RETURNS TABLE (i BIGINT) LANGUAGE PYTHON
              AS 'mine.numbers';
            CREATE TEMPORARY VIEW t AS
              SELECT * FROM (VALUES (1, 'a bcd'), (2, ''), (3, 'x')) AS v(id, text);
            """
        self.assertEqual(
            self.rows(view + "SELECT id, w, n FROM t, LATERAL TABLE(words(text)) AS s(w, n);"),
            ["+I[1, a, 1]", "+I[1, bcd, 3]", "+I[3, x, 1]"])
        self.assertEqual(
            self.rows(view + "SELECT id, f0 FROM t LEFT JOIN LATERAL TABLE(words(text)) ON TRUE;"),
            ["+I[1, a]", "+I[1, bcd]", "+I[2, null]", "+I[3, x]"])
        self.assertEqual(self.rows(view + "SELECT i FROM LATERAL TABLE(numbers(2));"),
                         ["+I[0]", "+I[1]"])

    def test_what_is_not_deterministic_is_called_for_each_row(self):
        rows = self.rows("""
            CREATE FUNCTION next_call AS 'mine.next_call' LANGUAGE PYTHON;
            SELECT next_call(), next_call() FROM (VALUES (1), (2)) AS t(x);""")
        numbers = sorted(int(n) for row in rows for n in row[3:-1].split(","))
        self.assertEqual(numbers, [1, 2, 3, 4])

    def test_aggregates(self):
        (self.folder / "in.json").write_text("".join(
            json.dumps({"k": "ab"[i % 2], "v": v, "ts": f"2024-01-01 00:00:{i:02d}"}) + "\n"
            for i, v in enumerate([1, 2, 3, 4, 13, 17, 5, 6, 7])))
        head = """
            CREATE TABLE t (k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
              WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format' = 'json');
            CREATE FUNCTION mean AS 'mine.mean' LANGUAGE PYTHON;
            CREATE FUNCTION back AS 'mine.back' LANGUAGE PYTHON;
            """
        self.assertEqual(self.rows(head + """
            SELECT k, window_end, mean(v) FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '4' SECOND)
            GROUP BY k, window_start, window_end;"""),
                         ["+I[a, 2024-01-01T00:00:04, 2.0]", "+I[a, 2024-01-01T00:00:08, 5.0]",
                          "+I[a, 2024-01-01T00:00:12, 7.0]", "+I[b, 2024-01-01T00:00:04, 3.0]",
                          "+I[b, 2024-01-01T00:00:08, 6.0]"])
        letters = self.letters()
        self.assertIn("thirteen", letters)
        self.assertIn("exit status #", letters)
        final = self.rows(head + """
            SELECT k, mean(v) FILTER (WHERE v < 10) FROM t GROUP BY k;""")
        self.assertIn("+U[a, 4.0]", final)
        self.assertIn("+U[b, 4.0]", final)
        hop = self.rows(head + """
            SELECT window_end, mean(v) FROM HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '4' SECOND,
              INTERVAL '8' SECOND) WHERE v < 10 GROUP BY window_start, window_end;""")
        self.assertIn("+I[2024-01-01T00:00:08, 3.5]", hop)
        nested = """SELECT back(n) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k);"""
        self.assertEqual(self.run_sql(head + nested).stdout.splitlines()[-1], "+U[4.5]")
        refused = self.run_sql(head + nested.replace("back", "mean"), status=1)
        self.assertIn("MR0334", refused.stderr)

    def test_state_of_an_aggregate_survives(self):
        source = self.folder / "in"
        source.mkdir()
        rows = 40_000
        with open(source / "a.json", "w", encoding="utf-8") as file:
            for i in range(rows):
                file.write(f'{{"k": {i % 7}, "v": {i % 10}}}\n')
        (self.folder / "pipeline.sql").write_text(f"""
            SET 'python.executable' = '{PYTHON}';
            SET 'execution.checkpointing.interval' = '20 ms';
            SET 'millrace.batch-size' = '100';
            CREATE TABLE t (k INT, v BIGINT)
              WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json');
            CREATE TABLE out_rows (k INT, m DOUBLE, n BIGINT, PRIMARY KEY (k) NOT ENFORCED)
              WITH ('connector' = 'print');
            CREATE FUNCTION mean AS 'mine.mean' LANGUAGE PYTHON;
            INSERT INTO out_rows SELECT k, mean(v), COUNT(*) FROM t GROUP BY k;""")
        command = [MILLRACE, "run", "--data-dir", "state", "pipeline.sql"]
        for wait in (1.2, 1.6, 2.0):
            with subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as process:
                time.sleep(wait)
                process.kill()
        done = subprocess.run(command, cwd=self.folder, text=True, capture_output=True,
                              timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        last = {}
        for line in done.stdout.splitlines():
            if line.startswith("+"):
                k, mean, count = line[3:-1].split(", ")
                last[int(k)] = (float(mean), int(count))
        for k, (mean, count) in last.items():
            values = [i % 10 for i in range(rows) if i % 7 == k]
            self.assertEqual(count, len(values))
            self.assertAlmostEqual(mean, sum(values) / len(values))
        self.assertTrue(last)

    def test_no_worker_is_left_behind(self):
        (self.folder / "pipeline.sql").write_text(f"""
            SET 'python.executable' = '{PYTHON}';
            CREATE TABLE t (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
            CREATE FUNCTION same(x BIGINT) RETURNS BIGINT LANGUAGE PYTHON AS 'mine.same';
            SELECT same(id) FROM t;""")
        for how in (signal.SIGKILL, signal.SIGTERM):
            with subprocess.Popen([MILLRACE, "run", "--fresh", "pipeline.sql"], cwd=self.folder,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
                process.stdout.readline()
                workers = self.workers_of(process.pid)
                self.assertTrue(workers)
                process.send_signal(how)
                process.stdout.read()
            limit = time.monotonic() + 20
            while any(os.path.exists(f"/proc/{pid}/cmdline") for pid in workers):
                self.assertLess(time.monotonic(), limit, "a worker is left")
                time.sleep(0.05)

    def test_a_careful_beginning_leaves_each_shard_a_worker(self):
        """Behind a death one thread steps all shards at first, and they share its worker."""
        (self.folder / "pipeline.sql").write_text(f"""
            SET 'python.executable' = '{PYTHON}';
            SET 'parallelism.default' = '2';
            SET 'execution.checkpointing.interval' = '1 h';
            CREATE TABLE t (id BIGINT, k INT) WITH ('connector' = 'datagen',
              'rows-per-second' = '200', 'fields.k.min' = '1', 'fields.k.max' = '50');
            CREATE TABLE means (k INT, m DOUBLE, PRIMARY KEY (k) NOT ENFORCED)
              WITH ('connector' = 'blackhole');
            CREATE FUNCTION mean AS 'mine.mean' LANGUAGE PYTHON;
            CREATE FUNCTION same(x INT) RETURNS INT LANGUAGE PYTHON AS 'mine.same';
            INSERT INTO means SELECT same(k), mean(MOD(id, 10)) FROM t GROUP BY k;""")
        command = [MILLRACE, "run", "--data-dir", "state", "pipeline.sql"]
        for careful in (False, True):
            with open(self.folder / "said.txt", "w+", encoding="utf-8") as said:
                with subprocess.Popen(command, cwd=self.folder, stderr=said) as process:
                    try:
                        self.wait_for_workers(process, 2)
                    finally:
                        process.kill()
                said.seek(0)
                self.assertEqual("go through one by one" in said.read(), careful)

    def wait_for_workers(self, process, count):
        limit = time.monotonic() + 120
        while len(self.workers_of(process.pid)) != count:
            self.assertIsNone(process.poll(), "it has ended")
            self.assertLess(time.monotonic(), limit, f"there are not {count} workers")
            time.sleep(0.1)

    @staticmethod
    def workers_of(parent):
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[1]) == parent:
                    found.append(int(entry.name))
            except (OSError, ValueError, IndexError):
                continue
        return found

    def test_metrics(self):
        with live.Program(MILLRACE, f"""
                SET 'python.executable' = '{PYTHON}';
                SET 'python.files' = '{self.folder}';
                CREATE TABLE t (x BIGINT) WITH ('connector' = 'http', 'format' = 'json');
                CREATE FUNCTION risky AS 'mine.risky' LANGUAGE PYTHON;
                CREATE TABLE shown (x BIGINT) WITH ('connector' = 'print');
                INSERT INTO shown SELECT risky(x) FROM t;""") as program:
            for x in (1, 2, 3):
                self.assertEqual(program.post("/ingest/t", {"x": x})[0], 202)
            labels = '{function="risky"}'
            program.wait_until(lambda: f"python_rows_total{labels} 3" in self.metrics(program),
                               "three rows")
            text = self.metrics(program)
            self.assertIn(f"millrace_python_failures_total{labels} 1\n", text)
            self.assertIn(f"millrace_python_workers_lost_total{labels} 0\n", text)
            seconds = text.split(f"millrace_python_seconds_total{labels} ")[1].split("\n")[0]
            self.assertGreater(float(seconds), 0)

    @staticmethod
    def metrics(program):
        return program.request("GET", "/metrics")[2].decode()

    def test_what_cannot_be_used_is_refused(self):
        bare = self.folder / "bare"
        bare.write_text(f'#!/bin/sh\nexec {PYTHON} -S -I "$@"\n')
        bare.chmod(0o755)
        function = "CREATE FUNCTION f(x INT) RETURNS INT LANGUAGE PYTHON AS '{}';"
        for sql, python, part in (
                (function.format("mine.same"), bare, "has no pyarrow"),
                (function.format("mine.same"), "/nothing/python", "could not be started"),
                (function.format("mine.nothing"), PYTHON, "has no attribute 'nothing'"),
                (function.format("nothing.f"), PYTHON, "No module named 'nothing'"),
                ("CREATE FUNCTION f AS 'mine.same' LANGUAGE PYTHON;", PYTHON, "nothing says what"),
                ("CREATE FUNCTION f(x INT, y INT) RETURNS INT LANGUAGE PYTHON AS 'mine.same';",
                 PYTHON, "takes 1 argument(s), 2 declared"),
                (function.format("mine.same") + "SELECT f('a');", PYTHON, "expected INT"),
                (function.format("mine.same") + "SELECT * FROM (VALUES (f(1))) AS t(x);", PYTHON,
                 "a Python function in VALUES"),
                (function.format("mine.same") + "SELECT f(1, 2);", PYTHON, "MR0302")):
            refused = self.run_sql(sql, status=1, python=python)
            self.assertIn(part, refused.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
