# SPDX-License-Identifier: Apache-2.0
"""A webhook receiver for tests: keeps every delivery by its key, and misbehaves when told to."""
import collections
import random
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def share_port(bound):
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        bound.setsockopt(socket.SOL_SOCKET, option, 1)


class Receiver:
    """`faults`: share of requests that are answered with 429 or 503, or applied and not
    answered."""

    def __init__(self, faults=0.0, seed=1, address=("127.0.0.1", 0)):
        self.faults = faults
        self.hang_seconds = 1.0
        self.gone = False
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.bodies = collections.defaultdict(set)  # by webhook-id, of applied requests
        self.times = collections.Counter()  # deliveries applied, by webhook-id
        self.arrivals = []  # monotonic seconds
        self.refused = collections.Counter()
        # While nobody listens the port must stay ours, not become that of some client's connection.
        self.reserved = socket.socket()
        share_port(self.reserved)
        self.reserved.bind(address)
        self.host = address[0]
        self.port = self.reserved.getsockname()[1]
        self.server = None
        self.start()

    def start(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self, self.headers["webhook-id"], body)

            def log_message(self, *args):  # pylint: disable=arguments-differ
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def server_bind(self):
                share_port(self.socket)
                super().server_bind()

            def handle_error(self, request, client_address):
                pass  # the other side was killed

        self.server = Server((self.host, self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def die(self):
        """Nobody listens any more; start() brings it back on the same port."""
        self.server.shutdown()
        self.server.server_close()

    def vanish(self):
        """Nor does anybody answer on connections that are open."""
        self.gone = True
        self.die()

    def take(self, handler, key, body):
        if self.gone:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        with self.lock:
            chance = self.random.random()
            fault = self.random.choice(["429", "503", "hang"]) if chance < self.faults else ""
            if fault in ("", "hang"):
                self.bodies[key].add(body)
                self.times[key] += 1
                self.arrivals.append(time.monotonic())
            else:
                self.refused[fault] += 1
        if fault == "hang":  # applied, but the sender never hears of it
            time.sleep(self.hang_seconds)
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        handler.send_response(int(fault or 204))
        if fault == "429":
            handler.send_header("Retry-After", "0")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def keys(self):
        with self.lock:
            return len(self.bodies)

    def stop(self):
        self.die()
        self.reserved.close()
