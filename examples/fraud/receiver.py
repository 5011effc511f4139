#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Receives the webhooks of the demo, on a free port of 127.0.0.1: checks the signature of each
request (Standard Webhooks), counts, and keeps the ids of the blocked payments.

    receiver.py SECRET PORT_FILE RESULT_FILE

The port is written to PORT_FILE. On SIGTERM or SIGINT the counts are written to RESULT_FILE, as
JSON.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import signal
import sys
import threading
import time

TOLERANCE_SECONDS = 300


class Counts:
    """What has arrived; shared by the threads of all connections."""

    def __init__(self):
        self.lock = threading.Lock()
        self.received = 0
        self.refused = 0
        self.repeated = 0
        self.seen = set()
        self.payments = []

    def add(self, message_id, payment):
        with self.lock:
            self.received += 1
            if message_id in self.seen:
                self.repeated += 1
                return
            self.seen.add(message_id)
            self.payments.append(payment)

    def refuse(self):
        with self.lock:
            self.refused += 1

    def result(self):
        with self.lock:
            return {"received": self.received, "refused": self.refused,
                    "repeated": self.repeated, "payments": self.payments}


def is_genuine(key, headers, body):
    """Whether one of the signatures is HMAC-SHA256 over id.timestamp.body, and fresh."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(version == "v1" and hmac.compare_digest(signature, wanted)
               for version, _, signature in
               (part.partition(",") for part in headers.get("webhook-signature", "").split()))


def make_handler(key, counts):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status = 204
            if is_genuine(key, self.headers, body):
                counts.add(self.headers["webhook-id"], json.loads(body)["data"]["id"])
            else:
                counts.refuse()
                status = 401
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    secret, port_file, result_file = sys.argv[1:]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    counts = Counts()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), make_handler(key, counts))
    server.daemon_threads = True
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    written = pathlib.Path(port_file + ".new")
    written.write_text(str(server.server_address[1]))
    os.replace(written, port_file)
    server.serve_forever()
    pathlib.Path(result_file).write_text(json.dumps(counts.result()))


if __name__ == "__main__":
    main()
