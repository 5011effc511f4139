#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long an action alone takes in an idle pipeline, against a bare sync of the same disk.

Usage: action.py PATH_TO_MILLRACE [ACTIONS]
A row comes on standard input, and a receiver of this script gets it by the sink `webhook`, which
sends nothing that is not durable. In turns with it a record of the same size is appended to a file
beside the data directory and synced. Rows come one at a time, at random distances.
"""
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PIPELINE = """
SET 'execution.checkpointing.interval' = '200 ms';
CREATE TABLE src (id BIGINT) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE act (id BIGINT) WITH ('connector' = 'webhook', 'format' = 'json', 'url' = '{url}');
INSERT INTO act SELECT id FROM src;
"""
WARM_UP = 20
RECORD = b"x" * 400
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Receiver(threading.Thread):
    """Answers requests on one connection after the other, and notes when each was whole."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.arrived = threading.Event()
        self.at = 0.0

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        data = b""
        while True:
            head = data.find(b"\r\n\r\n")
            if head >= 0:
                length = 0
                for line in data[:head].lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        length = int(line[15:])
                if len(data) >= head + 4 + length:
                    self.at = time.perf_counter()
                    self.arrived.set()
                    connection.sendall(ANSWER)
                    data = data[head + 4 + length:]
                    continue
            more = connection.recv(65536)
            if not more:
                return
            data += more


def milliseconds(name, seconds):
    seconds = sorted(seconds)
    quantile = [1000 * seconds[int(len(seconds) * part)] for part in (0.1, 0.5, 0.9)]
    print(f"  {name:<18} p10 {quantile[0]:7.2f}  p50 {quantile[1]:7.2f}  p90 {quantile[2]:7.2f} ms")


def measure(millrace, actions):
    receiver = Receiver()
    receiver.start()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as work:
        path = os.path.join(work, "p.sql")
        with open(path, "w", encoding="utf-8") as file:
            file.write(PIPELINE.format(url=receiver.url))
        process = subprocess.Popen(
            [millrace, "run", path, "--data-dir", os.path.join(work, "data")],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        bare = os.open(os.path.join(work, "bare"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        syncs = []
        took = []
        for number in range(actions + WARM_UP):
            time.sleep(random.uniform(0.02, 0.08))
            begun = time.perf_counter()
            os.write(bare, RECORD)
            os.fdatasync(bare)
            synced = time.perf_counter() - begun
            time.sleep(random.uniform(0.02, 0.08))
            receiver.arrived.clear()
            begun = time.perf_counter()
            os.write(process.stdin.fileno(), b'{"id": %d}\n' % number)
            if not receiver.arrived.wait(30):
                sys.exit("no action arrived: " + process.stderr.read1().decode())
            if number >= WARM_UP:
                syncs.append(synced)
                took.append(receiver.at - begun)
        process.stdin.close()
        process.wait()
    print(f"an action alone in an idle pipeline, {actions} times")
    milliseconds("bare sync", syncs)
    milliseconds("action", took)
    ratios = [action / sync for action, sync in zip(took, syncs)]
    print(f"  median of the ratios {statistics.median(ratios):.1f}, ratio of the medians "
          f"{statistics.median(took) / statistics.median(syncs):.1f}")


if __name__ == "__main__":
    measure(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200)
