#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `millrace infer` proposes must compile and must read every record of the samples.

Usage: infer_test.py PATH_TO_MILLRACE. Each case writes a file, infers a table, checks the proposed
statement with `millrace check`, selects from it with `millrace run`, and compares rows and types.
"""
import csv
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

MILLRACE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
SECONDS = 120


def run(directory, *arguments, text=None):
    return subprocess.run([MILLRACE, *arguments], cwd=directory, input=text, text=True,
                          capture_output=True, timeout=SECONDS, check=False)


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


class InferTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.directory = pathlib.Path(self.place.name)

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name

    def infer(self, *arguments, text=None):
        done = run(self.directory, "infer", "--json", *arguments, text=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["broken"], 0, answer)
        self.assertEqual(answer["decoded"], answer["records"], answer)
        return answer

    def types(self, answer):
        return {column["name"]: column["type"] for column in answer["columns"]}

    def rows(self, answer):
        """The table's rows as the proposed statement reads them."""
        self.write("proposed.sql", answer["sql"])
        checked = run(self.directory, "check", "proposed.sql")
        self.assertEqual(checked.returncode, 0, checked.stderr + answer["sql"])
        done = run(self.directory, "run", "--format", "json", "-e",
                   answer["sql"] + f"SELECT * FROM `{answer['table']}`;")
        self.assertEqual(done.returncode, 0, done.stderr + answer["sql"])
        self.assertNotIn("could not be processed", done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_json_lines_with_every_type(self):
        records = [{"id": n, "price": f"{n}.50", "ratio": n / 7, "ok": n % 2 == 0,
                    "at": f"2024-05-01 10:{n:02}:00", "iso": f"2024-05-01T10:{n:02}:00.123",
                    "zoned": f"2024-05-01T10:{n:02}:00Z", "day": "2024-05-01",
                    "clock": "10:00:07", "tags": ["a", "b"], "who": {"name": "ann", "age": n},
                    "huge": 10 ** 25 + n, "note": None if n % 3 else "x"} for n in range(1, 40)]
        answer = self.infer(self.write("all.json", lines(records)))
        self.assertEqual(self.types(answer), {
            "id": "BIGINT", "price": "STRING", "ratio": "DOUBLE", "ok": "BOOLEAN",
            "at": "TIMESTAMP(3)", "iso": "TIMESTAMP(3)", "zoned": "TIMESTAMP_LTZ(3)",
            "day": "DATE", "clock": "TIME(0)", "tags": "ARRAY<STRING>",
            "who": "ROW<`name` STRING, `age` BIGINT>", "huge": "DECIMAL(38, 0)",
            "note": "STRING"})
        rows = self.rows(answer)
        self.assertEqual(len(rows), len(records))
        self.assertEqual([row["id"] for row in rows], [r["id"] for r in records])
        self.assertEqual([row["who"] for row in rows], [r["who"] for r in records])
        self.assertEqual([row["note"] for row in rows], [r["note"] for r in records])
        self.assertEqual(answer["key"], "id")

    def test_money_and_long_fractions_are_decimals(self):
        text = "".join(f'{{"amount": {n}.{n % 10}0, "fine": 0.1234567890123456{n:04}}}\n'
                       for n in range(1, 50))
        answer = self.infer(self.write("money.json", text))
        self.assertEqual(self.types(answer),
                         {"amount": "DECIMAL(18, 2)", "fine": "DECIMAL(20, 20)"})
        self.assertEqual(len(self.rows(answer)), 49)

    def test_mixed_and_missing_values(self):
        records = [{"a": 1, "b": True}, {"a": "x"}, {"a": 2.5, "c": None}, {"b": False, "c": None}]
        answer = self.infer(self.write("mixed.json", lines(records)))
        self.assertEqual(self.types(answer), {"a": "STRING", "b": "BOOLEAN", "c": "STRING"})
        self.assertIn("always null", answer["sql"])
        self.assertEqual([row["a"] for row in self.rows(answer)], ["1", "x", "2.5", None])

    def test_objects_with_many_different_keys_are_maps(self):
        chance = random.Random(7)
        records = [{"counts": {f"key{chance.randrange(60)}": chance.randrange(9)
                               for _ in range(3)}} for _ in range(80)]
        answer = self.infer(self.write("maps.json", lines(records)))
        self.assertEqual(self.types(answer), {"counts": "MAP<STRING NOT NULL, BIGINT>"})
        self.assertEqual([row["counts"] for row in self.rows(answer)],
                         [record["counts"] for record in records])

    def test_names_that_need_quotes(self):
        records = [{"order": n, "user name": "x", "größe": 1.5, "`tick`": 1} for n in range(9)]
        answer = self.infer(self.write("select.json", lines(records)))
        self.assertEqual(answer["table"], "select")
        self.assertEqual([row["order"] for row in self.rows(answer)], list(range(9)))

    def test_epoch_milliseconds_become_the_event_time(self):
        base = 1714557600000
        records = [{"card": f"c{n % 7}", "ts": base + n * 1000 - (3500 if n % 10 == 9 else 0)}
                   for n in range(200)]
        answer = self.infer(self.write("payments.json", lines(records)))
        time = answer["event_time"]
        self.assertEqual((time["column"], time["from"]), ("event_time", "ts"))
        self.assertEqual(time["disorder_ms"], 2500)
        self.assertEqual(time["watermark_delay_ms"], 5000)
        self.assertIn("TO_TIMESTAMP_LTZ(ts, 3)", answer["sql"])
        self.assertEqual(answer["entity"], "card")
        rows = self.rows(answer)
        self.assertEqual(rows[0]["event_time"], "2024-05-01 10:00:00Z")

    def test_epoch_seconds_and_microseconds(self):
        for name, factor in (("time", 1), ("event_ts", 10 ** 6), ("epoch_nanos_time", 10 ** 9)):
            records = [{name: (1714557600 + n) * factor} for n in range(20)]
            answer = self.infer(self.write(f"{name}.json", lines(records)))
            self.assertEqual(answer["event_time"]["from"], name)
            self.assertEqual(self.rows(answer)[3]["event_time"], "2024-05-01 10:00:03Z")

    def test_ids_are_no_times(self):
        records = [{"account": 1714557600 + n} for n in range(20)]
        self.assertIsNone(self.infer(self.write("ids.json", lines(records)))["event_time"])

    def test_fine_timestamps_are_cast_for_the_watermark(self):
        records = [{"ts": f"2024-05-01 10:00:{n:02}.123456"} for n in range(30)]
        answer = self.infer(self.write("fine.json", lines(records)))
        self.assertEqual(self.types(answer), {"ts": "TIMESTAMP(6)"})
        self.assertEqual(answer["event_time"]["column"], "event_time")
        self.assertEqual(len(self.rows(answer)), 30)

    def test_offsets_are_points_in_time(self):
        records = [{"ts": f"2024-05-01T12:00:{n:02}+02:00"} for n in range(9)]
        answer = self.infer(self.write("offset.json", lines(records)))
        self.assertEqual(self.types(answer), {"ts": "TIMESTAMP_LTZ(3)"})
        self.assertEqual(self.rows(answer)[5]["ts"][:19].replace("T", " "), "2024-05-01 10:00:05")

    def test_an_array_in_one_line_and_over_lines(self):
        records = [{"n": n, "deep": [{"x": [1.5]}]} for n in range(12)]
        one = self.infer(self.write("one.json", json.dumps(records)))
        self.assertEqual(self.types(one)["deep"], "ARRAY<ROW<`x` ARRAY<DOUBLE>>>")
        self.assertEqual(len(self.rows(one)), 12)
        many = self.infer(self.write("many.json", json.dumps(records, indent=2)))
        self.assertIn("jq -c '.[]' many.json > many.jsonl", many["sql"])
        self.write("many.jsonl", lines(records))
        self.assertEqual(len(self.rows(many)), 12)

    def test_csv_of_every_kind(self):
        for delimiter in (",", ";", "\t", "|"):
            for header in (True, False):
                name = f"people{ord(delimiter)}{int(header)}.csv"
                with open(self.directory / name, "w", newline="", encoding="utf-8") as file:
                    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
                    if header:
                        writer.writerow(["name", "age", "since", "zip", "active"])
                    for n in range(25):
                        writer.writerow([f'A "b", {n}', n, f"2024-05-01 10:00:{n:02}",
                                         f"0{n:04}", "true"])
                answer = self.infer(name)
                types = list(self.types(answer).items())
                self.assertEqual([t for _, t in types],
                                 ["STRING", "BIGINT", "TIMESTAMP(3)", "STRING", "BOOLEAN"])
                self.assertEqual(types[0][0], "name" if header else "c1")
                rows = self.rows(answer)
                self.assertEqual(len(rows), 25, answer["sql"])
                self.assertEqual(list(rows[3].values())[:2], ['A "b", 3', 3])

    def test_csv_with_empty_and_null_cells(self):
        text = "id,score,seen\n" + "".join(
            f"{n},{'' if n % 3 else n + 0.5},{'NULL' if n % 4 else '2024-05-01'}\n"
            for n in range(20))
        answer = self.infer(self.write("gaps.csv", text))
        self.assertEqual(self.types(answer),
                         {"id": "BIGINT", "score": "DOUBLE", "seen": "DATE"})
        rows = self.rows(answer)
        self.assertEqual([row["score"] for row in rows[:4]], [0.5, None, None, 3.5])
        self.assertEqual([row["seen"] for row in rows[:2]], ["2024-05-01", None])

    def test_lines_of_text(self):
        answer = self.infer(self.write("server.log", "GET / 200\nPOST /x 500\n"))
        self.assertEqual((answer["format"], self.types(answer)), ("raw", {"line": "STRING"}))
        self.assertEqual([row["line"] for row in self.rows(answer)], ["GET / 200", "POST /x 500"])

    def test_a_directory(self):
        for part in range(3):
            self.write(f"in/part{part}.csv",
                       "n,word\n" + "".join(f"{part * 5 + i},w\n" for i in range(5)))
        self.write("in/_SUCCESS", "")
        answer = self.infer("in")
        self.assertEqual(answer["records"], 15)
        self.assertEqual(sorted(row["n"] for row in self.rows(answer)), list(range(15)))

    def test_parquet(self):
        sql = ("CREATE TABLE s (id BIGINT, name STRING, seen_at TIMESTAMP(3), "
               "price DECIMAL(10, 2), tags ARRAY<INT>) WITH ('connector' = 'filesystem', "
               "'path' = 'pq', 'format' = 'parquet'); INSERT INTO s VALUES "
               "(1, 'a', TIMESTAMP '2024-05-01 10:00:00', 1.50, ARRAY[1, 2]), "
               "(2, CAST(NULL AS STRING), TIMESTAMP '2024-05-01 10:00:09', 2.25, ARRAY[3]);")
        done = run(self.directory, "run", "-e", sql)
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = self.infer("pq")
        self.assertEqual(self.types(answer), {
            "id": "BIGINT", "name": "STRING", "seen_at": "TIMESTAMP(3)", "price": "DECIMAL(10, 2)",
            "tags": "ARRAY<INT>"})
        self.assertEqual(answer["event_time"]["column"], "seen_at")
        self.assertEqual([row["name"] for row in self.rows(answer)], ["a", None])

    def test_standard_input(self):
        answer = self.infer("-", "--table", "clicks", text='{"a": 1}\n{"a": 2}\n')
        self.assertEqual((answer["table"], answer["records"]), ("clicks", 2))

    def test_not_null_as_a_constraint(self):
        records = [{"id": n, "maybe": n if n % 2 else None} for n in range(10)]
        name = self.write("strict.json", lines(records))
        answer = self.infer(name, "--not-null")
        self.assertRegex(answer["sql"], r"id BIGINT NOT NULL, +-- never null")
        self.assertNotIn("maybe BIGINT NOT NULL", answer["sql"])
        self.assertEqual(len(self.rows(answer)), 10)

    def test_a_broken_record_is_said(self):
        name = self.write("broken.json", '{"a": 1}\n{"a": 2}\n{"a": \n')
        done = run(self.directory, "infer", name)
        self.assertEqual(done.returncode, 0)
        self.assertIn("2 of 3 records", done.stderr)

    def test_nothing_to_look_at(self):
        done = run(self.directory, "infer", self.write("empty.json", ""))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("MR0904", done.stderr)
        done = run(self.directory, "infer", "nowhere.json")
        self.assertEqual(done.returncode, 3, done.stderr)
        (self.directory / "zipped.gz").write_bytes(b"\x1f\x8b\x00\x00\x00")
        self.assertIn("not text", run(self.directory, "infer", "zipped.gz").stderr)

    def test_random_records_always_decode(self):
        for seed in range(12):
            chance = random.Random(seed)
            makers = [lambda: chance.randrange(-10 ** 6, 10 ** 12), lambda: chance.random() * 1e9,
                      lambda: chance.choice([True, False, None]),
                      lambda: chance.choice(["a", "", "ünï", "1", "2024-05-01", 'q"uo,te']),
                      lambda: [chance.randrange(9) for _ in range(chance.randrange(3))],
                      lambda: {"x": chance.choice([None, 1, "s"]), "y": [None, {"z": 1}]},
                      lambda: chance.choice([1, "one", [1], {"k": 1}, None])]
            fields = {f"f{i}": chance.choice(makers) for i in range(chance.randrange(1, 8))}
            records = [{name: make() for name, make in fields.items() if chance.random() < 0.9}
                       for _ in range(60)]
            records.append({name: 1 for name in fields})
            with self.subTest(seed=seed):
                answer = self.infer(self.write(f"r{seed}.json", lines(records)))
                self.assertEqual(len(self.rows(answer)), len(records))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
