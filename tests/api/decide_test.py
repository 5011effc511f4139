#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""POST /decide: answers, fallbacks, deadlines, pipelining, thousands in flight, restarts.

Usage: decide_test.py PATH_TO_MILLRACE
"""
import json
import sys
import time

import live
import programs


def answers_come_back(millrace):
    with live.Program(millrace, programs.DECIDE) as program:
        status, headers, body = program.request(
            "POST", "/decide/payments", '{"id": 1, "amount": 20, "items": 4}')
        assert status == 200 and headers["Millrace-Decision"] == "answered", (status, headers, body)
        assert json.loads(body) == {"id": 1, "action": "accept", "each_item": 25}, body
        rows = [{"id": i, "amount": i * 60, "items": 1} for i in range(5)]
        status, answer = program.post("/decide/payments", rows)
        assert status == 200
        assert [row["action"] for row in answer] == ["accept"] * 2 + ["review"] * 3, answer
        assert [row["id"] for row in answer] == list(range(5)), answer
        assert program.post("/decide/payments", [])[1] == []
        assert program.post("/decide/payments", '{"id": "x"}')[0] == 400
        assert program.post("/decide/payments", [rows[0]] * 101)[0] == 413
        assert program.post("/decide/decisions", rows[0])[0] == 404
        # Ingested rows have no request and disturb nobody.
        assert program.post("/ingest/payments", rows)[0] == 202
        assert program.post("/decide/payments", rows[0])[0] == 200


def rows_without_answer_do_not_hang(millrace):
    filtered = {"id": 1, "amount": 5000, "items": 1}
    failing = {"id": 1, "amount": 5, "items": 0}
    good = {"id": 1, "amount": 5, "items": 1}
    with live.Program(millrace, programs.DECIDE) as program:
        for row in (filtered, failing):
            began = time.monotonic()
            status, answer = program.post("/decide/payments", row)
            assert status == 422 and answer["diagnostics"][0]["code"] == "MR0746", answer
            assert time.monotonic() - began < 50, "it waited for the deadline"
        status, answer = program.post("/decide/payments", [good, filtered])
        assert status == 200 and answer[0]["action"] == "accept" and answer[1] is None, answer
    with live.Program(millrace, programs.FALLBACK + programs.DECIDE) as program:
        status, headers, body = program.request("POST", "/decide/payments", json.dumps(filtered))
        assert status == 200 and json.loads(body) == {"action": "review"}, body
        assert headers["Millrace-Decision"] == "fallback", headers
        assert headers["Millrace-Reason"] == "no-answer", headers


def fallbacks_are_json(millrace):
    for bad in ("nonsense", '{"a": 1', '{"a": 1} x', "[1,]", "5"):
        text = programs.FALLBACK.replace('{"action": "review"}', bad) + programs.DECIDE
        program = live.Program(millrace, text).start(expect_failure=True)
        assert program.process.returncode != 0, bad
        assert "MR0503" in program.errors.read_text(), (bad, program.errors.read_text())


def deadlines_are_kept(millrace):
    with live.Program(millrace, programs.WINDOW) as program:
        began = time.monotonic()
        status, answer = program.post("/decide/payments", {"id": 1, "ts": "2026-01-01 00:00:00"})
        passed = time.monotonic() - began
        assert status == 504 and answer["diagnostics"][0]["code"] == "MR0745", (status, answer)
        assert 0.28 < passed < 20, passed


def pipelined_requests_keep_their_order(millrace):
    with live.Program(millrace, programs.DECIDE) as program, program.connect() as connection:
        count = 500
        requests = b""
        for number in range(count):
            body = json.dumps({"id": number, "amount": 1, "items": 1}).encode()
            requests += (b"POST /decide/payments HTTP/1.1\r\nHost: localhost\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(body)) + body
            if number % 10 == 0:
                requests += b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.sendall(requests)
        stream = connection.makefile("rb")
        for number in range(count):
            status, _, body = live.read_answer(stream)
            assert status == 200 and json.loads(body)["id"] == number, (number, body)
            if number % 10 == 0:
                assert b'"status"' in live.read_answer(stream)[2]


def thousands_in_flight(millrace):
    """Two thousand requests on as many connections, all sent before an answer is read."""
    with live.Program(millrace, programs.DECIDE) as program:
        connections = [program.connect() for _ in range(2000)]
        for number, connection in enumerate(connections):
            body = json.dumps({"id": number, "amount": 1, "items": 1}).encode()
            connection.sendall(b"POST /decide/payments HTTP/1.1\r\nHost: localhost\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(body) + body)
        for number, connection in enumerate(connections):
            status, _, body = live.read_answer(connection.makefile("rb"))
            assert status == 200 and json.loads(body)["id"] == number, (number, status, body)
            connection.close()


def rows_read_again_answer_nobody(millrace):
    program = live.Program(millrace, programs.DECIDE)
    program.start()
    assert program.post("/decide/payments", {"id": 1, "amount": 1, "items": 1})[0] == 200
    program.kill()
    program.start()
    for number in range(20):
        status, answer = program.post("/decide/payments", {"id": number, "amount": 1, "items": 1})
        assert status == 200 and answer["id"] == number, answer
    assert program.stop() == 0


def durable_decisions(millrace):
    text = "SET 'millrace.table.payments.decide.durable' = 'true';" + programs.DECIDE
    program = live.Program(millrace, text)
    program.start()
    for number in range(50):
        assert program.post("/decide/payments", {"id": number, "amount": 1, "items": 1})[0] == 200
    assert program.stop() == 0


def stopping_answers_what_waits(millrace):
    text = programs.WINDOW.replace("300 ms", "30 s")
    program = live.Program(millrace, text)
    program.start()
    with program.connect() as connection:
        body = b'{"id": 1, "ts": "2026-01-01 00:00:00"}'
        connection.sendall(b"POST /decide/payments HTTP/1.1\r\nHost: localhost\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body)
        metric = b"millrace_decisions_waiting 1"
        program.wait_until(lambda: metric in program.request("GET", "/metrics")[2], "the request")
        program.process.send_signal(live.signal.SIGTERM)
        status, _, _ = live.read_answer(connection.makefile("rb"))
        assert status in (200, 503), status
    assert program.process.wait(live.DEADLINE_S) == 0


if __name__ == "__main__":
    live.run_all([answers_come_back, rows_without_answer_do_not_hang, fallbacks_are_json,
                  deadlines_are_kept, pipelined_requests_keep_their_order, thousands_in_flight,
                  rows_read_again_answer_nobody, durable_decisions, stopping_answers_what_waits],
                 sys.argv[1])
