#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dashboard and the alert rules ask only for metrics and labels that the program has.

Usage: dashboards_test.py PATH_TO_MILLRACE. promtool checks rules and their tests where installed.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "deploy" / "dashboards"
SOURCE = ROOT / "src" / "server" / "metrics_text.cc"
OF_PROMETHEUS = {"instance", "le"}


def metrics():
    """name -> type, as the source declares them."""
    text = SOURCE.read_text(encoding="utf-8")
    found = {name: kind.lower() for kind, name in
             re.findall(r'\b(Counter|Gauge)\(\s*"([a-z_]+)"', text)}
    found.update({name: "histogram" for name in
                  re.findall(r'Family family\("([a-z_]+)", "histogram"', text)})
    return {"millrace_" + name: kind for name, kind in found.items()}


def samples():
    """Names that stand in the text: a histogram has three."""
    names = set()
    for name, kind in metrics().items():
        names |= {name} if kind != "histogram" else {name + s for s in ("_bucket", "_sum",
                                                                        "_count")}
    return names


def labels():
    text = SOURCE.read_text(encoding="utf-8")
    return set(re.findall(r'\{"([a-z_]+)", ', text)) | OF_PROMETHEUS


def expressions():
    board = json.loads((FOLDER / "millrace.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    rules = (FOLDER / "alerts.yaml").read_text(encoding="utf-8")
    for block in re.split(r"^      - alert: ", rules, flags=re.MULTILINE)[1:]:
        expr = re.search(r"expr: (?:>-\n)?(.*?)\n        (?:for|labels):", block, re.DOTALL)
        yield block.split("\n")[0], expr.group(1)


class DashboardsTest(unittest.TestCase):
    def setUp(self):
        self.board = json.loads((FOLDER / "millrace.json").read_text(encoding="utf-8"))

    def test_the_list_of_metrics_is_found(self):
        self.assertGreater(len(metrics()), 25)
        self.assertEqual(metrics()["millrace_latency_seconds"], "histogram")

    def test_expressions_use_metrics_that_exist(self):
        known = samples()
        used = set()
        for title, expression in expressions():
            names = set(re.findall(r"\bmillrace_[a-z_]+", expression))
            self.assertTrue(names, f"{title}: no metric in {expression}")
            self.assertEqual(names - known, set(), title)
            used |= names
        self.assertGreater(len(used), 20)

    def test_counters_are_looked_at_as_rates(self):
        counters = {name for name, kind in metrics().items() if kind == "counter"}
        for title, expression in expressions():
            for name in set(re.findall(r"\bmillrace_[a-z_]+", expression)) & counters:
                bare = re.sub(r"(rate|increase|count by \([^)]*\)|count)\s*\(\s*millrace_[^)]*\)",
                              "", expression)
                self.assertNotIn(name, bare, title)

    def test_expressions_use_labels_that_exist(self):
        known = labels()
        self.assertIn("statement", known)
        for title, expression in expressions():
            asked = set(re.findall(r"[{,]\s*([a-z_]+)\s*=", expression))
            for group in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression):
                asked |= {name.strip() for name in group.split(",")}
            self.assertEqual(asked - known, set(), f"{title}: {expression}")

    def test_panels_have_an_id_of_their_own_and_do_not_overlap(self):
        ids = [panel["id"] for panel in self.board["panels"]]
        self.assertEqual(len(ids), len(set(ids)))
        cells = set()
        for panel in self.board["panels"]:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            own = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                   for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & own, panel["title"])
            cells |= own

    def test_the_data_source_is_a_variable(self):
        names = [variable["name"] for variable in self.board["templating"]["list"]]
        self.assertEqual(names, ["datasource", "instance"])
        for panel in self.board["panels"]:
            for holder in [panel] * ("datasource" in panel) + panel.get("targets", []):
                self.assertEqual(holder["datasource"]["uid"], "${datasource}", panel["title"])
            for target in panel.get("targets", []):
                self.assertIn('instance=~"$instance"', target["expr"])
                self.assertTrue(panel["description"])

    def test_alerts_cover_what_they_must(self):
        rules = (FOLDER / "alerts.yaml").read_text(encoding="utf-8")
        tested = (FOLDER / "alerts_test.yaml").read_text(encoding="utf-8")
        names = re.findall(r"^      - alert: (\w+)$", rules, re.MULTILINE)
        for wanted in ("MillraceLag", "MillraceLatencyBudget", "MillraceDeadLetters",
                       "MillraceWatermarkStuck"):
            self.assertIn(wanted, names)
        for name in names:
            self.assertEqual(tested.count(f"alertname: {name}"), 2, f"{name}: quiet and firing")

    if shutil.which("promtool"):
        def test_promtool_takes_the_rules_and_their_tests(self):
            for command in (["check", "rules", "alerts.yaml"],
                            ["test", "rules", "alerts_test.yaml"]):
                done = subprocess.run(["promtool", *command], cwd=FOLDER, text=True,
                                      capture_output=True, timeout=60, check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

        def test_promtool_reads_every_expression_of_the_dashboard(self):
            rules = ["groups:", "  - name: panels", "    rules:"]
            for number, (_, expression) in enumerate(expressions()):
                expression = expression.replace("$__rate_interval", "5m")
                rules += [f"      - record: panel:{number}", "        expr: " +
                          json.dumps(expression.replace("$instance", ".*"))]
            done = subprocess.run(["promtool", "check", "rules", "/dev/stdin"],
                                  input="\n".join(rules) + "\n", text=True, capture_output=True,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
