#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Says what the two runs of the demo did: summary.py WORK_DIRECTORY LABELS_CSV"""
import collections
import json
import pathlib
import sys

STAGES = ("ingest", "processing", "inference", "action", "end_to_end")


def load(path):
    return json.loads(path.read_text())


def job_of(run):
    """The report's only job."""
    return load(run / "report.json")["jobs"][0]


def sink_of(job, table):
    return next(sink for sink in job["sinks"] if sink["table"].split(".")[-1].strip("`") == table)


def milliseconds(seconds):
    return f"{seconds * 1000:9.2f}"


def show_latency(job):
    print("   milliseconds          p50       p95       p99")
    stages = sink_of(job, "decisions")["latency_seconds"]
    for stage in STAGES:
        times = "".join(f" {milliseconds(stages[stage][p])}" for p in ("p50", "p95", "p99"))
        print(f"   {stage.replace('_', ' '):15}{times}")
    times = sink_of(job, "blocked")["latency_seconds"]["end_to_end"]
    line = "".join(f" {milliseconds(times[p])}" for p in ("p50", "p95", "p99"))
    print(f"   {'to the webhook':15}{line}")


def data_files(directory):
    return sorted(path for path in directory.rglob("*")
                  if path.is_file() and not path.name.startswith((".", "_")))


def read_lines(directory):
    return [json.loads(line) for path in data_files(directory)
            for line in path.read_text().splitlines()]


def rates(flagged, fraud):
    hits = len(flagged & fraud)
    return hits / max(len(flagged), 1), hits / max(len(fraud), 1)


def show_quality(blocked, review, labels):
    fraud = set(labels)
    for name, flagged in (("blocked", blocked), ("blocked or to review", blocked | review)):
        precision, recall = rates(flagged, fraud)
        print(f"   {name:22}{len(flagged):7}   precision {precision:.3f}   recall {recall:.3f}")
    planted = collections.Counter(labels.values())
    found = collections.Counter(labels[number] for number in (blocked | review) & fraud)
    print("   found of each kind:   " + ", ".join(
        f"{kind} {found[kind] * 100 // planted[kind]} %" for kind in sorted(planted)))


def show_files(run):
    sizes = {name: [path.stat().st_size for path in data_files(run / "out" / name)]
             for name in ("review", "decisions", "merchant_watch")}
    for name, files in sizes.items():
        print(f"   {run / 'out' / name}: {len(files)} file(s), {sum(files) / 1e6:.1f} MB")


def show_accounting(job):
    counts = job["accounting"]
    decided = sink_of(job, "decisions")["rows"]
    twice = counts["in"] - decided - counts["dead_lettered"]
    print(f"   {decided:,} decided, {twice:,} were sent twice, {counts['late']:,} came too late "
          f"for their window, {counts['dead_lettered']:,} dead letters")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    work = pathlib.Path(sys.argv[1])
    lines = pathlib.Path(sys.argv[2]).read_text().splitlines()[1:]
    labels = {int(number): kind for number, kind in (line.split(",") for line in lines)}
    paced, full = job_of(work / "paced"), job_of(work / "full")
    receiver = load(work / "full" / "receiver.json")
    blocked = set(receiver["payments"])
    review = {row["id"] for row in read_lines(work / "full" / "out" / "review")}

    print(f"\n== Latency at {paced['events_per_second']:,.0f} payments/s")
    show_latency(paced)
    print(f"\n== Throughput: {full['events_per_second']:,.0f} payments/s "
          f"({full['accounting']['in']:,} in {full['elapsed_seconds']:.1f} s)")
    show_accounting(full)
    print(f"\n== Found, of {len(labels)} planted frauds")
    show_quality(blocked, review, labels)
    print(f"\n== Actions: {receiver['received']} webhooks received and verified, "
          f"{receiver['refused']} refused, {receiver['repeated']} repeated")
    watched = {row["merchant"] for row in read_lines(work / "full" / "out" / "merchant_watch")}
    print(f"   {len(watched)} merchant(s) to watch")
    print("\n== Files")
    show_files(work / "full")
    print("""
== Try next
   build/millrace explain examples/fraud/features.sql      what runs, what it keeps, what it delays
   FRAUD_RATE=50000 make demo                              more pressure
   FRAUD_SEED=7 make demo                                  other payments, same model
   examples/fraud/train.sh                                 train the model again""")


if __name__ == "__main__":
    main()
