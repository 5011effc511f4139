# SPDX-License-Identifier: Apache-2.0
"""What the tests of exactly-once sinks share: pipelines whose read_committed output tells what was
lost or came twice, and the comparison with what they should have given."""
import collections
import json

PREFIX = "'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'bank'"


def with_options(broker, topic, *more, connector="kafka"):
    options = [f"'connector' = '{connector}'", f"'topic' = '{topic}'",
               f"'properties.bootstrap.servers' = '{broker}'", *more]
    return "WITH (" + ", ".join(options) + ")"


def keyed_counts(broker, source, sink, interval="100 ms", timeout_ms=60000, shards=2):
    """The n-th row of each key gives (k, n): a gap is a loss, a repetition a duplicate."""
    rows = with_options(broker, source, "'format' = 'json'",
                        "'scan.startup.mode' = 'earliest-offset'")
    out = with_options(broker, sink, "'key.format' = 'json'", "'value.format' = 'json'", PREFIX,
                       f"'properties.transaction.timeout.ms' = '{timeout_ms}'",
                       connector="upsert-kafka")
    return (f"SET 'execution.checkpointing.interval' = '{interval}';\n"
            f"SET 'parallelism.default' = '{shards}';\n"
            f"CREATE TABLE src (k BIGINT, v BIGINT) {rows};\n"
            f"CREATE TABLE dst (k BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) {out};\n"
            "INSERT INTO dst SELECT k, COUNT(*) FROM src GROUP BY k;\n")


def copy(broker, source, sink, interval="100 ms", timeout_ms=60000, more=()):
    rows = with_options(broker, source, "'format' = 'json'",
                        "'scan.startup.mode' = 'earliest-offset'")
    out = with_options(broker, sink, "'format' = 'json'", PREFIX,
                       f"'properties.transaction.timeout.ms' = '{timeout_ms}'", *more)
    return (f"SET 'execution.checkpointing.interval' = '{interval}';\n"
            f"CREATE TABLE src (id BIGINT) {rows};\n"
            f"CREATE TABLE dst (id BIGINT) {out};\n"
            "INSERT INTO dst SELECT id FROM src;\n")


def key_rows(numbers, keys):
    """Records of the source of keyed_counts."""
    return [b'{"k": %d, "v": %d}' % (number % keys, number) for number in numbers]


def rows_by_key(rows, keys):
    """How many of that many rows of key_rows each key has."""
    return {key: len(range(key, rows, keys)) for key in range(keys)}


class Counts:
    """What a reader of the sink of keyed_counts finds wrong; `rows` of the source by key."""

    def __init__(self, records, rows):
        counts = collections.defaultdict(list)
        for record in records:
            row = json.loads(record.value)
            counts[row["k"]].append(row["n"])
        self.events_out = sum(map(len, counts.values()))
        self.duplicates = 0
        self.counted_twice = 0  # rows: numbers beyond what there was to count
        self.lost = 0
        self.disordered = 0
        for key, wanted in rows.items():
            found = counts.pop(key, [])
            self.duplicates += len(found) - len(set(found))
            self.lost += len(set(range(1, wanted + 1)) - set(found))
            self.counted_twice += len(set(found) - set(range(1, wanted + 1)))
            self.disordered += found != sorted(found)
        self.counted_twice += sum(map(len, counts.values()))

    def text(self):
        return (f"{self.events_out} events out, {self.duplicates} duplicates, "
                f"{self.counted_twice} counted twice, {self.lost} lost, "
                f"{self.disordered} keys out of order")

    def is_right(self):
        wrong = (self.duplicates, self.counted_twice, self.lost, self.disordered)
        return not any(wrong)
