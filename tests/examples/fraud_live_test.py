#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The live fraud pipeline computes the features that the model was trained with, and is a pipeline.

usage: fraud_live_test.py MILLRACE
"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
FRAUD = pathlib.Path(__file__).resolve().parents[2] / "examples" / "fraud"


def views(path):
    """The text of each view from `payments` to `features`, by name, without comments."""
    text = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
    found = dict(re.findall(r"CREATE VIEW (\w+) AS\s(.*?);", text, re.S))
    names = list(found)
    return {name: " ".join(found[name].split())
            for name in names[names.index("payments"):names.index("features") + 1]}


class FraudLiveTest(unittest.TestCase):
    def test_features_are_those_of_training(self):
        trained, live = views(FRAUD / "features.sql"), views(FRAUD / "kafka" / "pipeline.sql")
        self.assertGreater(len(trained), 8)
        live["features"] = live["features"].replace("amount, request_id,", "amount,")
        self.assertEqual(trained, live)

    def test_it_checks_without_a_broker(self):
        done = subprocess.run([PROGRAM, "check", "kafka/pipeline.sql"], cwd=FRAUD,
                              env={**os.environ, "KAFKA": "127.0.0.1:1"}, capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
