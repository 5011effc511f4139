#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HTTPS of the listener: rows, decisions and large answers through TLS, clients that do not speak
it, own commands beside it, and files that cannot be used.

Usage: tls_test.py PATH_TO_MILLRACE
"""
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import live
from programs import DECIDE

ROWS = 20000


class Files:
    """A certificate of an authority of its own, for localhost, and keys."""

    def __init__(self):
        self.place = tempfile.TemporaryDirectory()
        place = pathlib.Path(self.place.name)
        self.certificate, self.key = place / "server.pem", place / "server.key"
        self.locked, self.other = place / "locked.key", place / "other.key"
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                     "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                     "-keyout", self.key, "-out", self.certificate)
        self.openssl("genrsa", "-out", self.other, "2048")
        self.openssl("rsa", "-in", self.key, "-aes128", "-passout", "pass:secret", "-out",
                     self.locked)
        self.arguments = ["--tls-cert", str(self.certificate), "--tls-key", str(self.key)]

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class SecureProgram(live.Program):
    """Speaks HTTPS; `request` checks the certificate."""

    scheme = "https"

    def __init__(self, millrace, text, files, **more):
        super().__init__(millrace, text, arguments=files.arguments, **more)
        self.files = files
        self.context = ssl.create_default_context(cafile=files.certificate)

    def http_connection(self):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context,
                                           timeout=live.DEADLINE_S)


def rows_and_decisions(millrace, files):
    with SecureProgram(millrace, DECIDE, files) as program:
        assert program.get("/health")[0] == 200
        assert program.post("/decide/payments", {"id": 1, "amount": 500})[0] == 200
        # Bodies and answers of many records of TLS, on one connection.
        connection = program.http_connection()
        body = "".join(json.dumps({"id": n, "amount": 1.5}) + "\n" for n in range(ROWS))
        for _ in range(3):
            connection.request("POST", "/ingest/payments", body=body,
                               headers={"Content-Type": "application/x-ndjson"})
            answer = connection.getresponse()
            assert answer.status == 202, answer.status
            assert json.loads(answer.read())["rows"] == ROWS
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            assert answer.status == 200 and len(answer.read()) > 16384
        connection.close()
        # One byte at a time, and several requests at once.
        with program.context.wrap_socket(program.connect(),
                                         server_hostname="localhost") as secured:
            assert secured.version() in ("TLSv1.2", "TLSv1.3")
            for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n":
                secured.send(bytes([byte]))
            stream = secured.makefile("rb")
            assert live.read_answer(stream)[0] == 200
            secured.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
            for _ in range(20):
                assert live.read_answer(stream)[0] == 200
            secured.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
            assert live.read_answer(stream)[0] == 400
            assert stream.read() == b""  # closed, and said so
        # Commands of the same machine need no certificate.
        top = subprocess.run([millrace, "top", "--once", "--json", "--data-dir",
                              str(program.directory / "data")], capture_output=True, text=True,
                             check=False)
        assert top.returncode == 0, top.stderr
        assert program.stop() == 0


def clients_that_speak_no_tls(millrace, files):
    with SecureProgram(millrace, DECIDE, files) as program:
        plain = live.exchange(program, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert not plain.startswith(b"HTTP/"), plain
        for data in (b"\x16\x03\x01\xff\xff", b"\x00" * 100, b"\x16" * 20000, b""):
            live.exchange(program, data)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname = False
        old.verify_mode = ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            old.wrap_socket(program.connect())
            raise AssertionError("TLS 1.1 is spoken")
        except (ssl.SSLError, ConnectionError):
            pass
        # Hands that are never shaken do not stop others.
        waiting = [program.connect() for _ in range(50)]
        for connection in waiting[:25]:
            connection.send(b"\x16\x03\x01")
        assert program.get("/health")[0] == 200
        # A peer that vanishes in mid-answer is no signal.
        for _ in range(5):
            secured = program.context.wrap_socket(program.connect(), server_hostname="localhost")
            secured.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
            secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00" * 2)
            secured.close()
        assert program.get("/health")[0] == 200
        for connection in waiting:
            connection.close()
        assert program.stop() == 0


def handshakes_have_a_deadline(millrace, files):
    with SecureProgram(millrace, DECIDE, files) as program:
        with program.connect(timeout=live.DEADLINE_S) as silent:
            began = time.monotonic()
            assert silent.recv(1) == b""
            assert 5 < time.monotonic() - began < 25
        assert program.stop() == 0


def files_that_cannot_be_used(millrace, files):
    good = str(files.certificate), str(files.key)
    for certificate, key in ((good[0], ""), ("", good[1]), ("/nowhere", good[1]),
                             (good[0], "/nowhere"), (good[1], good[1]),
                             (good[0], str(files.other)), (good[0], str(files.locked))):
        arguments = (["--tls-cert", certificate] if certificate else []) \
            + (["--tls-key", key] if key else [])
        program = live.Program(millrace, DECIDE, arguments=arguments)
        program.start(expect_failure=True)
        said = program.errors.read_text()
        assert program.process.returncode not in (0, None) and "MR0815" in said, said


def libraries_share_one_openssl(millrace, _files):
    """libparquet exports an OpenSSL of its own, which libssl must not find first."""
    done = subprocess.run([millrace, "version"], env=dict(os.environ, LD_DEBUG="bindings"),
                          capture_output=True, text=True, timeout=live.DEADLINE_S, check=True)
    bound = [line for line in done.stderr.splitlines() if "binding file" in line]
    assert any("libssl" in line and "libcrypto" in line for line in bound)
    wrong = [line for line in bound if "libparquet" in line.split(" to ")[1]
             and ("libssl" in line or "libcurl" in line)]
    assert not wrong, f"{len(wrong)} symbols: {wrong[0]}"


if __name__ == "__main__":
    live.run_all([rows_and_decisions, clients_that_speak_no_tls, handshakes_have_a_deadline,
                  files_that_cannot_be_used, libraries_share_one_openssl], sys.argv[1], Files())
