# SPDX-License-Identifier: Apache-2.0
"""A running program, and raw and plain HTTP clients for it. Shared by the tests of this folder."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

DEADLINE_S = 120  # for what takes a moment; the machine may be slow and busy


class Program:
    """`millrace run` on a text, with its listener on a free port. A context manager."""

    scheme = "http"

    def __init__(self, millrace, text, data=None, arguments=(), environment=None, output=None):
        self.millrace = millrace
        self.directory = pathlib.Path(data or tempfile.mkdtemp(prefix="millrace_api_"))
        self.file = self.directory / "program.sql"
        self.file.write_text(text)
        self.arguments = list(arguments)
        self.environment = dict(os.environ, **(environment or {}))
        self.output = pathlib.Path(output or self.directory / "output.txt")
        self.errors = self.directory / "errors.txt"
        self.process = None
        self.port = 0

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def start(self, expect_failure=False):
        command = [self.millrace, "run", str(self.file), "--data-dir", str(self.directory / "data")]
        if "--listen" not in self.arguments:
            command += ["--listen", "127.0.0.1:0"]
        with self.output.open("ab") as out, self.errors.open("wb") as err:
            self.process = subprocess.Popen(command + self.arguments, stdout=out, stderr=err,
                                            env=self.environment)
        if expect_failure:
            self.process.wait(DEADLINE_S)
            return self
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            found = re.search(rf"listening on {self.scheme}://\S+:(\d+)", self.errors.read_text())
            if found:
                self.port = int(found.group(1))
                self.wait_until(lambda: self.get("/health")[1].get("state") == "running")
                return self
            assert self.process.poll() is None, self.errors.read_text()
            time.sleep(0.01)
        raise AssertionError("no listener: " + self.errors.read_text())

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_S)

    def lines(self):
        return self.output.read_text().splitlines() if self.output.exists() else []

    def wait_until(self, condition, what="a condition"):
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            if condition():
                return
            assert self.process.poll() is None, self.errors.read_text()
            time.sleep(0.01)
        raise AssertionError(f"{what} did not come true; output: {self.lines()[-5:]}")

    def http_connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body bytes) of one request on a connection of its own."""
        connection = self.http_connection()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def get(self, path, headers=None):
        status, _, body = self.request("GET", path, headers=headers)
        return status, json.loads(body)

    def post(self, path, rows, headers=None):
        """(status, answer) of a JSON body."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        body = rows if isinstance(rows, (str, bytes)) else json.dumps(rows)
        status, _, answer = self.request("POST", path, body=body, headers=sent)
        return status, json.loads(answer) if answer else None

    def connect(self, timeout=DEADLINE_S):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def resident_bytes(self):
        pages = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * 4096


def receive_all(connection):
    """Everything until the peer closes."""
    data = b""
    while True:
        try:
            chunk = connection.recv(65536)
        except ConnectionResetError:
            return data
        if not chunk:
            return data
        data += chunk


def exchange(program, data):
    """Sends raw bytes, says that nothing follows, and reads until the end."""
    with program.connect() as connection:
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return receive_all(connection)


def status_of(answer):
    """The status of the first answer in raw bytes; 0: there is none."""
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(found.group(1)) if found else 0


def read_answer(stream):
    """One answer from a buffered stream: (status, headers, body)."""
    line = stream.readline()
    assert line, "the connection was closed"
    status = int(line.split()[1])
    headers = {}
    while True:
        line = stream.readline().strip()
        if not line:
            break
        name, value = line.split(b":", 1)
        headers[name.decode().lower()] = value.strip().decode()
    body = stream.read(int(headers.get("content-length", 0)))
    return status, headers, body


def run_all(cases, *arguments):
    """Runs functions in order and says which one failed."""
    for case in cases:
        began = time.monotonic()
        case(*arguments)
        print(f"  {case.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"{len(cases)} cases passed")
