#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile and plentiful clients: smuggling, bombs, slow ones, many idle ones. The health route
answers all the while and memory stays flat.

Usage: limits_test.py PATH_TO_MILLRACE [IDLE_CONNECTIONS]
"""
import resource
import sys
import time

import live
import programs

POST = b"POST /ingest/payments HTTP/1.1\r\nHost: localhost\r\n"


def healthy(program):
    began = time.monotonic()
    assert program.get("/health")[0] == 200
    assert time.monotonic() - began < 20, "the health route is slow"


def two_ways_to_read_it(millrace):
    """Whatever two servers could understand differently is refused, and the connection closed."""
    second = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    row = b'{"id": 1}'
    cases = {
        "length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    b"0\r\n\r\n",
        "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
                                    b"0\r\n\r\n",
        "two lengths": POST + b"Content-Length: 9\r\nContent-Length: 10\r\n\r\n" + row,
        "the same length twice": POST + b"Content-Length: 9\r\nContent-Length: 9\r\n\r\n" + row,
        "a list of lengths": POST + b"Content-Length: 9, 9\r\n\r\n" + row,
        "a signed length": POST + b"Content-Length: +9\r\n\r\n" + row,
        "a negative length": POST + b"Content-Length: -1\r\n\r\n" + row,
        "a hexadecimal length": POST + b"Content-Length: 0x9\r\n\r\n" + row,
        "a huge length": POST + b"Content-Length: 99999999999999999999\r\n\r\n" + row,
        "an odd coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "two codings": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "chunks twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
                               b"0\r\n\r\n",
        "chunks in HTTP/1.0": b"POST /ingest/payments HTTP/1.0\r\n"
                              b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "a folded header": POST + b"X-A: b\r\n c\r\nContent-Length: 9\r\n\r\n" + row,
        "a folded first header": b"GET /health HTTP/1.1\r\n Host: localhost\r\n\r\n",
        "bare line feeds": b"GET /health HTTP/1.1\nHost: localhost\n\n",
        "one bare line feed": b"GET /health HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
        "a bare carriage return": b"GET /health HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
        "NUL in a value": b"GET /health HTTP/1.1\r\nHost: local\0host\r\n\r\n",
        "NUL in a name": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX\0: y\r\n\r\n",
        "a blank before the colon": b"GET /health HTTP/1.1\r\nHost : localhost\r\n\r\n",
        "no Host": b"GET /health HTTP/1.1\r\n\r\n",
        "two Hosts": b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "no version": b"GET /health\r\n\r\n",
        "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200 + b"\r\n\r\n",
    }
    with live.Program(millrace, programs.PRINT) as program:
        for name, data in cases.items():
            answer = live.exchange(program, data + second)
            assert live.status_of(answer) == 400, (name, answer[:200])
            assert answer.count(b"HTTP/1.1 ") == 1, (name, "the rest was taken as a request")
            assert b"Connection: close" in answer, name
        for version in (b"HTTP/2.0", b"HTTP/1.2", b"HTTP/0.9"):
            answer = live.exchange(program, b"GET /health " + version + b"\r\nHost: a\r\n\r\n")
            assert live.status_of(answer) in (400, 505), (version, answer)
        healthy(program)
        assert program.lines() == [], "nothing of it may have become a row"


def too_much_of_everything(millrace):
    with live.Program(millrace, programs.PRINT) as program:
        def status(data):
            return live.status_of(live.exchange(program, data))

        host = b"Host: localhost\r\n"
        assert status(b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\n" + host + b"\r\n") == 414
        assert status(b"GET /health?" + b"&".join([b"a=1"] * 10**6) + b" HTTP/1.1\r\n\r\n") == 414
        assert status(b"GET /health HTTP/1.1\r\n" + host + b"X: 1\r\n" * 10_000 + b"\r\n") == 431
        assert status(b"GET /health HTTP/1.1\r\n" + host + b"X: " + b"a" * (1 << 20)) == 431
        assert status(POST + b"Content-Length: 999999999\r\n\r\n") == 413
        assert status(POST + b"Expect: 100-continue\r\nContent-Length: 999999999\r\n\r\n") == 413
        assert status(POST + b"Expect: tea\r\nContent-Length: 1\r\n\r\n") == 417
        chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n"
        assert status(chunked + b"-2\r\nxx\r\n0\r\n\r\n") == 400
        assert status(chunked + b"zz\r\n") == 400
        assert status(chunked + b"ffffffffffffffffff\r\nx") == 400
        assert status(chunked + b"9;" + b"x" * (1 << 20)) == 400
        assert status(chunked + b"1\nx\r\n0\r\n\r\n") == 400
        assert status(chunked + b"1;a=b\r\nx\r\n" * 200_000) == 400
        assert status(chunked + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 200) == 413
        assert status(chunked + b'9\r\n{"id": 1}\r\n0\r\n\r\n') == 202
        assert status(chunked + b'5\r\n{"id"\r\n4\r\n: 2}\r\n0\r\nX: y\r\n\r\n') == 202
        healthy(program)
        program.wait_until(lambda: len(program.lines()) == 2, "the two good rows")


def continue_is_said(millrace):
    with live.Program(millrace, programs.PRINT) as program, program.connect() as connection:
        connection.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
        stream = connection.makefile("rb")
        assert live.read_answer(stream)[0] == 100
        connection.sendall(b'{"id": 1}')
        assert live.read_answer(stream)[0] == 202
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert live.read_answer(stream)[0] == 200


def bytes_one_by_one(millrace):
    with live.Program(millrace, programs.PRINT) as program, program.connect() as connection:
        connection.setsockopt(live.socket.IPPROTO_TCP, live.socket.TCP_NODELAY, 1)
        data = (b"\r\n" + POST + b'Content-Length: 9\r\n\r\n{"id": 1}'
                + POST + b'Transfer-Encoding: chunked\r\n\r\n9\r\n{"id": 2}\r\n0\r\n\r\n'
                + b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        for i in range(len(data)):
            connection.sendall(data[i:i + 1])
        answer = live.receive_all(connection)
        assert answer.count(b"HTTP/1.1 202") == 2 and answer.count(b"HTTP/1.1 200") == 1, answer


def slow_clients(millrace):
    """Heads that never end, bodies that never come, answers that nobody reads."""
    with live.Program(millrace, programs.PRINT) as program:
        healthy(program)
        before = program.resident_bytes()
        heads = [program.connect() for _ in range(400)]
        bodies = [program.connect() for _ in range(400)]
        readers = [program.connect() for _ in range(20)]
        for connection in heads:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: local")
        for connection in bodies:
            connection.sendall(POST + b"Content-Length: 8000000\r\n\r\n[")
        for connection in readers:
            connection.setblocking(False)
            try:
                for _ in range(2000):
                    connection.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
            except BlockingIOError:
                pass
        end = time.monotonic() + 12
        while time.monotonic() < end:
            healthy(program)
            for connection in heads:
                try:
                    connection.send(b"h")
                except OSError:
                    pass
            time.sleep(1)
        # The headers' time is over (10 s): all of them were answered with 408 and closed.
        for connection in heads:
            answer = live.receive_all(connection)
            assert live.status_of(answer) in (0, 408), answer
        grown = program.resident_bytes() - before
        assert grown < 64 << 20, f"{grown} bytes for slow clients"
        for connection in bodies + readers:
            connection.close()
        healthy(program)


def many_idle_clients(millrace, count):
    """Keep-alive connections that post now and then: flat memory, no refusals."""
    with live.Program(millrace, programs.PRINT) as program:
        body = b'{"id": 1}'
        request = POST + b"Content-Length: %d\r\n\r\n" % len(body) + body
        connections = []
        for _ in range(count):
            connections.append(program.connect())
        after_connecting = program.resident_bytes()
        sizes = []
        rounds = 4
        for number in range(rounds):
            for connection in connections:
                connection.sendall(request)
            for connection in connections:
                status = live.status_of(connection.recv(4096))
                assert status == 202, status
            healthy(program)
            # At rest: how much a burst needs depends on how fast the machine works it off.
            rows = (number + 1) * count
            program.wait_until(lambda wanted=rows: len(program.lines()) == wanted, "all rows")
            sizes.append(program.resident_bytes())
        assert sizes[0] - after_connecting < (64 << 20) + count * 2048, (after_connecting, sizes)
        assert sizes[-1] - sizes[0] < (16 << 20) + count * 256, sizes
        for connection in connections:
            connection.close()
        metric = b"millrace_http_connections 1\n"
        program.wait_until(lambda: metric in program.request("GET", "/metrics")[2], "their end")


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    idle = int(sys.argv[2]) if len(sys.argv) > 2 else 2000

    def idle_clients(millrace):
        many_idle_clients(millrace, idle)

    live.run_all([two_ways_to_read_it, too_much_of_everything, continue_is_said, bytes_one_by_one,
                  slow_clients, idle_clients], sys.argv[1])
