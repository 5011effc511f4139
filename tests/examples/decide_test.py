#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/decide as its README says.

Usage: decide_test.py PATH_TO_MILLRACE
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "api"))
import live  # noqa: E402

EXAMPLE = ROOT / "examples" / "decide"


def main():
    text = (EXAMPLE / "pipeline.sql").read_text()
    slow = ["-D", "millrace.table.payments.decide.deadline=20 s"]
    with live.Program(sys.argv[1], text, arguments=slow) as program:
        payment = {"id": 1, "card": "c-1", "amount": 700}
        status, first = program.post("/decide/payments", payment)
        assert status == 200 and first["action"] == "accept", first
        status, second = program.post("/decide/payments", dict(payment, id=2))
        assert status == 200 and second["action"] == "review", second
        assert second["payments_last_minute"] == 2 and second["spent_last_minute"] == 1400, second
        rows = (EXAMPLE / "input.ndjson").read_text()
        status, _, _ = program.request("POST", "/ingest/payments", rows,
                                       {"Content-Type": "application/x-ndjson"})
        assert status == 202
        status, last = program.post("/decide/payments", {"id": 13, "card": "c-2", "amount": 5})
        assert last["payments_last_minute"] == 4 and last["spent_last_minute"] == 65, last
        assert program.stop() == 0
    print("the decisions are those of the README")


if __name__ == "__main__":
    main()
