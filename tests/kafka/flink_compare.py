#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kafka tables of Millrace and of a real Flink on the same topics: the rows that are read and the
records that are written must be equal. Needs Java, Maven and some minutes; not part of ctest.

Usage: flink_compare.py PATH_TO_MILLRACE
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from broker import HERE, Broker  # noqa: E402

CONNECTOR = "org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2"
ORACLE = HERE.parent / "oracle" / "oracle.sh"

# Topic, kcat arguments, records.
TOPICS = [
    ("plain", ["-K", "|", "-Z"],
     ['k1|{"id": 1, "v": "a", "n": 1.5}', "k2|", 'k3|{"id": 3, "v": null}',
      'k4|{"id": 4, "x": 1}']),
    ("keyed", ["-K", "|", "-Z"],
     ['{"id": 1}|{"id": 10, "v": "a"}', '{"id": 2}|{"v": "b"}', '|{"id": 3, "v": "c"}',
      '{"id": 4}|', '{"id": 5, "v": "key"}|{"id": 50, "v": "e"}']),
    ("csv", ["-K", "|"], ["a|1,x", "b|2,\"y,z\"", "c|3,"]),
    ("upserts", ["-K", "|", "-Z"],
     ['{"id": 1}|{"id": 1, "v": "a"}', '{"id": 2}|{"id": 2, "v": "b"}',
      '{"id": 1}|{"id": 1, "v": "a"}', '{"id": 1}|{"id": 1, "v": "c"}', '{"id": 2}|', '{"id": 2}|',
      '{"id": 3}|', '{"id": 2}|{"id": 2, "v": "d"}']),
]

KAFKA = ("'connector' = 'kafka', 'properties.bootstrap.servers' = '{broker}', "
         "'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', ")
UPSERT = ("'connector' = 'upsert-kafka', 'properties.bootstrap.servers' = '{broker}', "
          "'scan.bounded.mode' = 'latest-offset', 'key.format' = 'json', 'value.format' = 'json', ")
BY_ID = "id BIGINT, v STRING, PRIMARY KEY (id) NOT ENFORCED"
EXCEPT_KEY = "'value.fields-include' = 'EXCEPT_KEY'"
RAW_KEY = f"'key.format' = 'raw', 'key.fields' = 'k', {EXCEPT_KEY}"

READS = {
    "json": (f"CREATE TABLE t (id BIGINT, v STRING, n DOUBLE, o BIGINT METADATA FROM 'offset' "
             f"VIRTUAL, topic STRING METADATA VIRTUAL) WITH ({KAFKA} 'topic' = 'plain', "
             "'format' = 'json')", "SELECT id, v, n, o, topic FROM t"),
    "raw": (f"CREATE TABLE t (v STRING, o BIGINT METADATA FROM 'offset' VIRTUAL) WITH ({KAFKA} "
            "'topic' = 'plain', 'format' = 'raw')", "SELECT v, o FROM t"),
    "raw key": (f"CREATE TABLE t (k STRING, id BIGINT) WITH ({KAFKA} 'topic' = 'plain', "
                f"'format' = 'json', {RAW_KEY})", "SELECT k, id FROM t"),
    "raw key of null": (f"CREATE TABLE t (k STRING, id BIGINT) WITH ({KAFKA} 'topic' = 'keyed', "
                        f"'format' = 'json', {RAW_KEY})", "SELECT k, id FROM t"),
    "key wins not": (f"CREATE TABLE t (id BIGINT, v STRING) WITH ({KAFKA} 'topic' = 'keyed', "
                     "'value.format' = 'json', 'key.format' = 'json', 'key.fields' = 'id')",
                     "SELECT id, v FROM t"),
    "prefix": (f"CREATE TABLE t (k_id BIGINT, k_v STRING, v STRING) WITH ({KAFKA} "
               "'topic' = 'keyed', 'value.format' = 'json', 'key.format' = 'json', "
               f"'key.fields' = 'k_v;k_id', 'key.fields-prefix' = 'k_', {EXCEPT_KEY})",
               "SELECT k_id, k_v, v FROM t"),
    "csv": (f"CREATE TABLE t (k STRING, n INT, v STRING) WITH ({KAFKA} 'topic' = 'csv', "
            f"'value.format' = 'csv', {RAW_KEY})", "SELECT k, n, v FROM t"),
    "upserts": (f"CREATE TABLE t ({BY_ID}) WITH ({UPSERT} 'topic' = 'upserts')",
                "SELECT id, v FROM t"),
    "upserts except key": (f"CREATE TABLE t ({BY_ID}) WITH ({UPSERT} 'topic' = 'upserts', "
                           f"{EXCEPT_KEY})", "SELECT id, v FROM t"),
    "upserts counted": (f"CREATE TABLE t ({BY_ID}) WITH ({UPSERT} 'topic' = 'upserts')",
                        "SELECT v, COUNT(*) FROM t GROUP BY v"),
}

VALUES = "(VALUES (1, 'a', 2.5), (2, CAST(NULL AS STRING), 0.1), (1, 'c', 1e10)) AS s(id, v, n)"
WRITES = {
    "json": ("id INT, v STRING, n DOUBLE", KAFKA + "'format' = 'json'", f"SELECT * FROM {VALUES}"),
    "keys": ("id INT, v STRING, n DOUBLE", KAFKA + "'format' = 'json', 'key.format' = 'csv', "
             "'key.fields' = 'v;id'", f"SELECT * FROM {VALUES}"),
    "key only": ("id INT, v STRING, n DOUBLE", KAFKA + "'value.format' = 'csv', "
                 f"'key.format' = 'json', 'key.fields' = 'id', {EXCEPT_KEY}",
                 f"SELECT * FROM {VALUES}"),
    "raw": ("v STRING", KAFKA + "'format' = 'raw'", f"SELECT v FROM {VALUES}"),
    "raw key": ("id INT, v STRING", KAFKA + "'value.format' = 'json', 'key.format' = 'raw', "
                f"'key.fields' = 'v', {EXCEPT_KEY}", f"SELECT id, v FROM {VALUES}"),
    "json key": ("id INT, v STRING", KAFKA + "'value.format' = 'json', 'key.format' = 'json', "
                 f"'key.fields' = 'v', {EXCEPT_KEY}", f"SELECT id, v FROM {VALUES}"),
    "csv key": ("id INT, v STRING", KAFKA + "'value.format' = 'json', 'key.format' = 'csv', "
                f"'key.fields' = 'v', {EXCEPT_KEY}", f"SELECT id, v FROM {VALUES}"),
    "headers": ("v STRING, h MAP<STRING, BYTES> METADATA FROM 'headers', "
                "ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'", KAFKA + "'format' = 'json'",
                "SELECT v, MAP['a', ENCODE('x', 'UTF-8')], TO_TIMESTAMP_LTZ(1700000000000, 3) "
                f"FROM {VALUES}"),
    "upserts": ("id INT, n BIGINT, PRIMARY KEY (id) NOT ENFORCED", UPSERT,
                f"SELECT id, COUNT(*) FROM {VALUES} GROUP BY id"),
}
DUMP = "%K|%k|%S|%s|%h\n"  # a length of -1 is a null


class Comparison:
    def __init__(self, millrace, broker, work):
        self.millrace = millrace
        self.broker = broker
        self.work = pathlib.Path(work)
        self.bad = 0
        jars = HERE / ".build" / "flink"
        if not list(jars.glob("*.jar")):
            subprocess.run(["mvn", "-B", "-q", "dependency:copy", f"-Dartifact={CONNECTOR}",
                            f"-DoutputDirectory={jars}"], check=True)
        self.env = {**os.environ, "TMPDIR": work, "ORACLE_JARS": f"{jars}/*"}

    def fill(self, text):
        return text.replace("{broker}", self.broker.address)

    def flink(self, sql):
        done = subprocess.run([str(ORACLE), "sql", "-"], input=sql, capture_output=True, text=True,
                              env=self.env, check=False)
        return [line for line in done.stdout.splitlines() if not line.startswith("--")], done.stderr

    def ours(self, sql):
        path = self.work / "ours.sql"
        path.write_text(sql)
        done = subprocess.run([self.millrace, "run", str(path), "--format", "changelog", "--fresh",
                               "--data-dir", str(self.work / "data")],
                              capture_output=True, text=True, check=False)
        return done.stdout.splitlines(), done.stderr

    def check(self, name, theirs, ours, errors):
        if theirs == ours and theirs:
            print(f"equal: {name} ({len(ours)} lines)", flush=True)
            return
        self.bad += 1
        print(f"DIFFERENT: {name}\n  Flink: {theirs}\n  ours:  {ours}\n  {errors}", flush=True)

    def dump(self, topic):
        done = subprocess.run(["kcat", "-b", self.broker.address, "-q", "-C", "-e", "-t", topic,
                               "-f", DUMP], capture_output=True, text=True, check=False)
        return sorted(done.stdout.splitlines())

    def run(self):
        for topic, arguments, records in TOPICS:
            subprocess.run(["kcat", "-b", self.broker.address, "-q", "-P", "-t", topic, *arguments],
                           input="\n".join(records) + "\n", text=True, check=True)
        for name, (table, query) in READS.items():
            sql = self.fill(table + ";\n" + query + ";\n")
            theirs, flink_errors = self.flink(sql)
            ours, errors = self.ours(sql)
            self.check("read " + name, theirs, ours, flink_errors + errors)
        for number, (name, (columns, options, query)) in enumerate(WRITES.items()):
            found = []
            said = ""
            for side, run in (("flink", self.flink), ("ours", self.ours)):
                topic = f"written_{number}_{side}"
                sql = self.fill(f"CREATE TABLE t ({columns}) WITH ({options.rstrip(', ')}, "
                                f"'topic' = '{topic}');\nINSERT INTO t {query};\n")
                lines, errors = run(sql)
                said += "\n".join(lines) + errors
                found.append(self.dump(topic))
            self.check("write " + name, found[0], found[1], said)
        subprocess.run([str(ORACLE), "stop"], env=self.env, check=False)


def main():
    broker = Broker()
    try:
        with tempfile.TemporaryDirectory(prefix="millrace-flink-") as work:
            comparison = Comparison(os.path.abspath(sys.argv[1]), broker, work)
            comparison.run()
    finally:
        broker.stop()
    sys.exit(1 if comparison.bad else 0)


if __name__ == "__main__":
    main()
