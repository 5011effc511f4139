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


class Counts:
    """What a reader of the sink of keyed_counts finds wrong."""

    def __init__(self, records, rows, keys):
        counts = collections.defaultdict(list)
        for record in records:
            row = json.loads(record.value)
            counts[row["k"]].append(row["n"])
        self.events_out = sum(map(len, counts.values()))
        self.duplicates = 0
        self.lost = 0
        self.disordered = 0
        for key in range(keys):
            wanted = len(range(key, rows, keys))
            found = counts.pop(key, [])
            self.duplicates += len(found) - len(set(found))
            self.lost += len(set(range(1, wanted + 1)) - set(found))
            self.duplicates += len(set(found) - set(range(1, wanted + 1)))
            self.disordered += found != sorted(found)
        self.duplicates += sum(map(len, counts.values()))

    def text(self):
        return (f"{self.events_out} events out, {self.duplicates} duplicates, {self.lost} lost, "
                f"{self.disordered} keys out of order")

    def is_right(self):
        return self.duplicates == self.lost == self.disordered == 0
