#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people write today: a Kafka consumer that scores in batches of 32 with ONNX Runtime.

usage: python_consumer.py BROKER IN OUT RECORDS MODEL
It keeps count and mean per card and nothing else: 3 of the 22 features are computed, the others are
constants. So it does less than the pipeline that it is compared with.
"""
import json
import sys

import numpy
import onnxruntime
from confluent_kafka import Consumer, Producer, TopicPartition

BATCH = 32
FEATURES = 22


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
    cards = {}
    seen = 0
    while seen < int(records):
        messages = [m for m in consumer.consume(BATCH, 0.1) if m.error() is None]
        if not messages:
            continue
        seen += len(messages)
        payments = [json.loads(message.value()) for message in messages]
        rows = numpy.ones((len(payments), FEATURES), dtype=numpy.float32)
        for row, payment in zip(rows, payments):
            count, total = cards.get(payment["card"], (0, 0.0))
            count, total = count + 1, total + payment["amount"]
            cards[payment["card"]] = count, total
            row[0] = payment["amount"]
            row[4] = count
            row[5] = payment["amount"] * count / total
        scores = session.run(["probabilities"], {"input": rows})[0][:, 1]
        for payment, score in zip(payments, scores):
            decision = "block" if score >= 0.75 else "review" if score >= 0.3 else "accept"
            producer.produce(target, json.dumps({
                "id": payment["id"], "ts": payment["ts"], "card": payment["card"],
                "merchant": payment["merchant"], "amount": payment["amount"],
                "score": float(score), "decision": decision}))
            producer.poll(0)
    producer.flush(60)


if __name__ == "__main__":
    main()
