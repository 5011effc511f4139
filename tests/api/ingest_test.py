#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""POST /ingest: bodies, refusals, durability under kill -9, idempotency, back-pressure.

Usage: ingest_test.py PATH_TO_MILLRACE
"""
import json
import random
import sys
import threading

import live
import programs


def numbers(program):
    """The ids that the pipeline printed."""
    return [int(line.split("[")[1].split(",")[0]) for line in program.lines()]


def bodies_of_every_kind(millrace):
    with live.Program(millrace, programs.PRINT) as program:
        row = '{"id": %d, "card": "a,b", "amount": 1.5}'
        for number, (kind, body) in enumerate([
                ("application/json", row % 0),
                ("application/json; charset=utf-8", "[" + row % 1 + " , " + row % 2 + "]"),
                ("application/x-ndjson", row % 3 + "\n\n" + row % 4 + "\n"),
                ("text/csv", '5,"a,b",1.5\n6,c,2\n'),
                ("text/csv; header=present", 'amount,id\n1.5,7\n'),
                ("application/x-www-form-urlencoded", row % 8),
                ("", row % 9)]):
            status, _, answer = program.request("POST", "/ingest/payments", body,
                                                {"Content-Type": kind} if kind else {})
            assert status == 202, (number, status, answer)
        assert program.post("/ingest/payments", []) == (202, {"rows": 0, "duplicate": False})
        program.wait_until(lambda: len(program.lines()) == 10, "ten rows")
        assert numbers(program) == list(range(10)), program.lines()
        assert program.lines()[5] == "+I[5, a,b, 1.5]", program.lines()[5]
        assert program.lines()[7] == "+I[7, null, 1.5]", program.lines()[7]


def whole_requests_are_refused(millrace):
    with live.Program(millrace, programs.PRINT) as program:
        good = '{"id": 1}'
        for body, part in [
                ("", "empty"), ("nonsense", "row 1"), ('{"id": 1} x', "row 1"), ("[", "row 1"),
                ("[" + good + ",]", "row 2"), ("[" + good + "] x", "follows"),
                (good + good, "follows"), ("[" + good + ', {"id": "many"}]', "row 2"),
                ("[" + good + ", 5]", "row 2"), ("[" + good + ', {"card": "no id"}]', "row 2"),
                ('{"id": NaN}', "row 1"), ('{"id": 1e400}', "row 1"), ("[" * 10000, "row 1")]:
            status, answer = program.post("/ingest/payments", body)
            assert status == 400, (body[:50], status, answer)
            found = answer["diagnostics"][0]
            assert found["code"] == "MR0741" and part in found["summary"], (body[:50], found)
        assert program.post("/ingest/nothing", good)[0] == 404
        assert program.post("/ingest/payments", good, {"Content-Type": "image/png"})[0] == 415
        assert program.post("/ingest/payments", good, {"Content-Encoding": "gzip"})[0] == 415
        assert program.post("/ingest/payments", "[" + "{}," * 100_000 + "{}]")[0] == 413
        assert program.post("/ingest/payments", " " * (8 << 20) + good)[0] == 413
        assert program.post("/ingest/payments", good)[0] == 202
        program.wait_until(lambda: len(program.lines()) == 1, "the good row")


def acknowledged_rows_survive_kill(millrace):
    """Several clients post while the program is killed again and again."""
    program = live.Program(millrace, programs.PRINT)
    acknowledged = set()
    lock = threading.Lock()
    next_id = [0]

    def post_until(stop):
        while not stop.is_set():
            with lock:
                first = next_id[0]
                next_id[0] += 3
            try:
                status, _ = program.post("/ingest/payments",
                                         [{"id": first + i} for i in range(3)])
            except (OSError, live.http.client.HTTPException, ValueError):
                continue
            if status == 202:
                with lock:
                    acknowledged.update(range(first, first + 3))

    chance = random.Random(4)
    for _ in range(5):
        program.start()
        stop = threading.Event()
        clients = [threading.Thread(target=post_until, args=(stop,)) for _ in range(4)]
        for client in clients:
            client.start()
        stop.wait(chance.uniform(0.1, 0.6))
        program.kill()
        stop.set()
        for client in clients:
            client.join()
    program.start()
    assert len(acknowledged) > 100, len(acknowledged)
    program.wait_until(lambda: acknowledged <= set(numbers(program)), "all acknowledged rows")
    assert program.stop() == 0


def keys_make_repeats_harmless(millrace):
    program = live.Program(millrace, programs.PRINT)
    program.start()
    key = {"Idempotency-Key": "order-17"}
    rows = [{"id": 1}, {"id": 2}]
    assert program.post("/ingest/payments", rows, key) == (202, {"rows": 2, "duplicate": False})
    assert program.post("/ingest/payments", rows, key) == (202, {"rows": 2, "duplicate": True})
    program.kill()
    program.start()
    assert program.post("/ingest/payments", rows, key) == (202, {"rows": 2, "duplicate": True})
    other = {"Idempotency-Key": "order-18"}
    assert program.post("/ingest/payments", [{"id": 3}], other)[1]["duplicate"] is False
    assert program.post("/ingest/payments", rows, {"Idempotency-Key": "k" * 257})[0] == 400
    program.wait_until(lambda: 3 in numbers(program), "the last row")
    assert sorted(set(numbers(program))) == [1, 2, 3]
    assert program.stop() == 0


def rows_of_a_key_stay_in_order(millrace):
    text = programs.PRINT.replace("'format' = 'json'",
                                  "'format' = 'json', 'partitions' = '4', 'key' = 'card'")
    with live.Program(millrace, text, arguments=["-D", "parallelism.default=2"]) as program:
        for number in range(300):
            program.post("/ingest/payments", {"id": number, "card": f"c{number % 7}"})
        program.wait_until(lambda: len(program.lines()) == 300, "all rows")
        ids = numbers(program)
        for card in range(7):
            own = [i for i in ids if i % 7 == card]
            assert own == sorted(own), (card, own)


def a_pipeline_that_is_behind_says_so(millrace):
    """The sink's broker answers nothing, so what is unread grows to its bound."""
    with live.socket.create_server(("127.0.0.1", 0)) as silent:
        text = programs.PRINT.replace(
            "'connector' = 'print'",
            "'connector' = 'kafka', 'topic' = 'nowhere', 'format' = 'json',"
            "'properties.queue.buffering.max.messages' = '100',"
            f"'properties.bootstrap.servers' = '127.0.0.1:{silent.getsockname()[1]}'")
        text = "SET 'millrace.table.payments.ingest.backlog.max' = '100';" + text
        with live.Program(millrace, text) as program:
            status = 202
            for number in range(200):
                rows = [{"id": number * 100 + i} for i in range(100)]
                status, headers, _ = program.request("POST", "/ingest/payments", json.dumps(rows))
                if status != 202:
                    break
            assert status == 429 and headers["Retry-After"] == "1", (status, headers)
            assert program.get("/health")[0] == 200


if __name__ == "__main__":
    live.run_all([bodies_of_every_kind, whole_requests_are_refused,
                  acknowledged_rows_survive_kill, keys_make_repeats_harmless,
                  rows_of_a_key_stay_in_order, a_pipeline_that_is_behind_says_so], sys.argv[1])
