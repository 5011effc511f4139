#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make demo-kafka`: the fraud pipeline on a real broker that it starts itself.

Payments are written to the topic `transactions` at a steady rate while a payment switch asks
/decide/authorisations about others. In the middle the broker is killed and started again. At the
end it compares what came out with what went in and says how long the answers took.

Settings: FRAUD_SEED, FRAUD_PAYMENTS, FRAUD_RATE (payments/s), FRAUD_WORK (a directory), MILLRACE.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "tests" / "kafka"))
from broker import Broker  # noqa: E402

MILLRACE = os.environ.get("MILLRACE", str(ROOT / "build" / "millrace"))
WORK = pathlib.Path(os.environ.get("FRAUD_WORK", ROOT / "build" / "fraud"))
SEED = os.environ.get("FRAUD_SEED", "42")
PAYMENTS = int(os.environ.get("FRAUD_PAYMENTS", "200000"))
RATE = int(os.environ.get("FRAUD_RATE", "10000"))
ASKED = 4000  # payments that the switch asks about
ASKED_PER_SECOND = 200
SWITCHES = 4  # connections
WAIT_SECONDS = 120


def payments():
    """The lines of the generated payments; made once."""
    data = WORK / f"data-{SEED}-{PAYMENTS}"
    if not (data / "complete").exists():
        print(f"Making payments with planted fraud (seed {SEED}, once) ..", flush=True)
        subprocess.run([sys.executable, str(HERE.parent / "generate.py"), str(data), "--seed", SEED,
                        "--transactions", str(PAYMENTS)], check=True)
        (data / "complete").touch()
    return (data / "transactions.json").read_bytes().splitlines()


class Pipeline:
    """`millrace run`, and where it listens."""

    def __init__(self, broker, place):
        self.output = open(place / "run.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [MILLRACE, "run", str(HERE / "pipeline.sql"), "--fresh", "--listen", "127.0.0.1:0",
             "--report", "report.json"],
            cwd=place, stdin=subprocess.DEVNULL, stderr=self.output,
            env={**os.environ, "KAFKA": broker.address})
        self.port = None
        end = time.monotonic() + WAIT_SECONDS
        while self.port is None and time.monotonic() < end and self.process.poll() is None:
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", self.said())
            self.port = int(found.group(1)) if found else None
            time.sleep(0.05)
        if self.port is None:
            raise RuntimeError("the pipeline did not start:\n" + self.said())

    def said(self):
        return pathlib.Path(self.output.name).read_text(encoding="utf-8")

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=WAIT_SECONDS)


def write_payments(broker, lines, place):
    """At RATE a second, by `millrace produce`, which waits while the broker is away."""
    rows = place / "transactions.json"
    rows.write_bytes(b"\n".join(lines) + b"\n")
    subprocess.run(
        [MILLRACE, "produce", "--quiet", "--data-dir", str(place / "producer"),
         "-D", f"millrace.table.millrace_produce_input.rows-per-second={RATE}",
         str(HERE / "pipeline.sql"), "settled", str(rows)],
        check=True, timeout=len(lines) / RATE + WAIT_SECONDS,
        env={**os.environ, "KAFKA": broker.address}, cwd=place)


def ask(port, lines, answers):
    """One connection of the switch: its share of the rate, one question at a time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    start = time.monotonic()
    for i, line in enumerate(lines):
        due = start + i * SWITCHES / ASKED_PER_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
        asked = time.monotonic()
        connection.request("POST", "/decide/authorisations", line,
                           {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
        answers.append((time.monotonic() - asked, response.status,
                        response.getheader("Millrace-Decision"),
                        json.loads(body).get("decision")))
    connection.close()


def restart(broker):
    broker.kill()
    print("   the broker was killed; payments and decisions wait ..", flush=True)
    broker.start()
    print("   the broker is back", flush=True)


def read_topic(broker, topic):
    done = subprocess.run(["kcat", "-C", "-b", broker.address, "-t", topic, "-e", "-q", "-o",
                           "beginning"], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def wait_for_decisions(broker, expected):
    """All decisions of the topic, once every expected id is among them."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        decisions = read_topic(broker, "decisions")
        missing = expected - {decision["id"] for decision in decisions}
        if not missing or time.monotonic() > end:
            return decisions, missing
        time.sleep(1)


def milliseconds(answers, quantile):
    times = sorted(seconds for seconds, *_ in answers)
    return times[int(quantile * (len(times) - 1))] * 1000


def summary(sent, decisions, missing, alerts, answers, seconds):
    ids = {decision["id"] for decision in decisions}
    decided = [answer for answer in answers if answer[1] == 200 and answer[2] == "answered"]
    print(f"\n== Kafka: {sent} payments written in {seconds:.1f} s, the broker's restart included")
    print(f"   {len(ids)} decided with those of the switch, as one sent twice counts once; "
          f"{len(missing)} missing, "
          f"{len(decisions) - len(ids)} written twice (at least once)")
    print(f"   {len(alerts)} alerts in the topic `alerts`")
    print(f"== /decide: {len(answers)} questions at {ASKED_PER_SECOND}/s, {len(decided)} answered "
          f"by the model, {len(answers) - len(decided)} by the fallback")
    print(f"   milliseconds  p50 {milliseconds(decided, 0.5):.2f}   "
          f"p95 {milliseconds(decided, 0.95):.2f}   p99 {milliseconds(decided, 0.99):.2f}")
    blocked = sum(answer[3] == "block" for answer in decided)
    print(f"   {blocked} to block")


def main():
    lines = payments()
    to_kafka, to_switch = lines[:-ASKED], lines[-ASKED:]
    place = WORK / "kafka"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    shutil.copy(HERE.parent / "model.onnx", place)
    print("Starting a Kafka broker ..", flush=True)
    broker = Broker()
    pipeline = None
    try:
        for topic in ("transactions", "alerts", "decisions"):
            broker.create_topic(topic, 2)
        pipeline = Pipeline(broker, place)
        print(f"\n{len(to_kafka)} payments, {RATE} a second, through the broker at "
              f"{broker.address}. Meanwhile, elsewhere:\n"
              f"   kcat -C -b {broker.address} -t alerts\n"
              f"   curl http://127.0.0.1:{pipeline.port}/metrics\n"
              f"   {MILLRACE} top --address 127.0.0.1:{pipeline.port}\n", flush=True)
        answers = []
        switches = [threading.Thread(target=ask, args=(pipeline.port, to_switch[i::SWITCHES],
                                                       answers)) for i in range(SWITCHES)]
        stop = threading.Timer(len(to_kafka) / RATE / 2, restart, (broker,))
        start = time.monotonic()
        for thread in [*switches, stop]:
            thread.start()
        write_payments(broker, to_kafka, place)
        for thread in [*switches, stop]:
            thread.join()
        expected = {json.loads(line)["id"] for line in lines}
        decisions, missing = wait_for_decisions(broker, expected)
        seconds = time.monotonic() - start
        alerts = read_topic(broker, "alerts")
        if pipeline.end() != 0:
            raise RuntimeError("the pipeline failed:\n" + pipeline.said())
        summary(len(to_kafka), decisions, missing, alerts, answers, seconds)
        return 1 if missing else 0
    finally:
        if pipeline is not None:
            pipeline.end()
        broker.stop()


if __name__ == "__main__":
    sys.exit(main())
