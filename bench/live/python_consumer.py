#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people write today: a Kafka consumer that keeps features in dictionaries and scores in
batches of 32 with ONNX Runtime. The features are those of examples/fraud/features.sql, for events
in order.

usage: python_consumer.py BROKER IN OUT RECORDS MODEL
"""
import json
import sys
from collections import Counter, defaultdict, deque
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

import numpy
import onnxruntime
from confluent_kafka import Consumer, Producer, TopicPartition

BATCH = 32
RESALE = ("electronics", "gift_cards", "travel")


class Window:
    """The last `seconds` of one key: (time, values) pairs with running sums and distinct counts."""

    def __init__(self, seconds, distinct=0):
        self.seconds = seconds
        self.rows = deque()
        self.total = self.squares = 0.0
        self.distinct = [Counter() for _ in range(distinct)]

    def add(self, time, value, *keys):
        self.rows.append((time, value, keys))
        self.total += value
        self.squares += value * value
        for counter, key in zip(self.distinct, keys):
            counter[key] += 1
        while self.rows[0][0] < time - self.seconds:
            _, old, old_keys = self.rows.popleft()
            self.total -= old
            self.squares -= old * old
            for counter, key in zip(self.distinct, old_keys):
                counter[key] -= 1
                if not counter[key]:
                    del counter[key]


class Features:
    def __init__(self):
        self.seen = set()
        self.last = {}
        self.card_all = defaultdict(lambda: [0, 0.0])
        self.card_10m = defaultdict(lambda: Window(600))
        self.card_hour = defaultdict(lambda: Window(3600))
        self.card_speed = defaultdict(lambda: Window(3600))
        self.card_day = defaultdict(lambda: Window(86400, 2))
        self.pairs = Counter()
        self.device_hour = defaultdict(lambda: Window(3600, 1))
        self.merchant_hour = defaultdict(lambda: Window(3600, 1))

    def of(self, payment):
        if payment["id"] in self.seen:
            return None
        self.seen.add(payment["id"])
        card, merchant, device = payment["card"], payment["merchant"], payment["device"]
        amount, lat, lon = payment["amount"], payment["lat"], payment["lon"]
        moment = datetime.fromisoformat(payment["ts"])
        time = moment.timestamp()
        was_at, was_lat, was_lon = self.last.get(card, (time, lat, lon))
        self.last[card] = (time, lat, lon)
        km = 12742 * asin(sqrt(
            sin(radians(lat - was_lat) / 2) ** 2
            + cos(radians(lat)) * cos(radians(was_lat)) * sin(radians(lon - was_lon) / 2) ** 2))
        speed = km / (abs(time - was_at) / 3600 + 0.05)
        total = self.card_all[card]
        total[0] += 1
        total[1] += amount
        mean = total[1] / total[0]
        minutes, hour, day = self.card_10m[card], self.card_hour[card], self.card_day[card]
        speeds, at_device = self.card_speed[card], self.device_hour[device]
        at_merchant = self.merchant_hour[merchant]
        minutes.add(time, amount < 4)
        hour.add(time, amount)
        speeds.add(time, speed)
        day.add(time, amount, device, merchant)
        self.pairs[card, device] += 1
        at_device.add(time, 1, card)
        at_merchant.add(time, amount, card)
        count = len(at_merchant.rows)
        merchant_mean = at_merchant.total / count
        spread = sqrt(max(0.0, at_merchant.squares / count - merchant_mean ** 2))
        return [
            amount, moment.hour, payment["channel"] == "online", payment["category"] in RESALE,
            total[0], amount / mean, km, speed, len(minutes.rows), minutes.total,
            hour.total / mean, max(row[1] for row in speeds.rows), len(day.rows),
            len(day.distinct[0]), len(day.distinct[1]),
            amount / max(row[1] for row in day.rows), self.pairs[card, device],
            len(at_device.distinct[0]), count, len(at_merchant.distinct[0]),
            amount / merchant_mean, spread / merchant_mean]


def main():
    broker, source, target, records, model = sys.argv[1:]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options)
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "bench-python",
                         "enable.auto.commit": False})
    partitions = consumer.list_topics(source, 10).topics[source].partitions
    consumer.assign([TopicPartition(source, partition, 0) for partition in partitions])
    producer = Producer({"bootstrap.servers": broker, "enable.idempotence": True, "linger.ms": 5,
                         "queue.buffering.max.messages": 500000})
    features = Features()
    seen = 0
    while seen < int(records):
        messages = [m for m in consumer.consume(BATCH, 0.1) if m.error() is None]
        seen += len(messages)
        payments = [json.loads(message.value()) for message in messages]
        rows = [(payment, row) for payment in payments if (row := features.of(payment))]
        if not rows:
            continue
        matrix = numpy.array([row for _, row in rows], dtype=numpy.float32)
        scores = session.run(["probabilities"], {"input": matrix})[0][:, 1]
        for (payment, _), score in zip(rows, scores):
            decision = "block" if score >= 0.75 else "review" if score >= 0.3 else "accept"
            producer.produce(target, json.dumps({
                "id": payment["id"], "ts": payment["ts"], "card": payment["card"],
                "merchant": payment["merchant"], "amount": payment["amount"],
                "score": float(score), "decision": decision}))
            producer.poll(0)
    producer.flush(60)


if __name__ == "__main__":
    main()
