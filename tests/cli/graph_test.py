#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Graphs of the example pipelines: the pictures are well-formed and show what the JSON says.

Usage: graph_test.py PATH_TO_MILLRACE. Graphviz itself reads the dot text where it is installed.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

MILLRACE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FILES = sorted(ROOT.glob("examples/*/pipeline.sql"))

MERMAID_NODE = re.compile(
    r'^  (n\d+)(?:\[\("([^"]*)"\)\]:::source|\(\["([^"]*)"\]\):::sink|\["([^"]*)"\])$')
MERMAID_EDGE = re.compile(r'^  (n\d+) (-->|==>)\|"([^"]*)"\| (n\d+)$')
DOT_NODE = re.compile(r'^  (n\d+) \[shape=\w+, label="((?:[^"\\]|\\.)*)"\];$')
DOT_EDGE = re.compile(
    r'^  (n\d+) -> (n\d+) \[label="((?:[^"\\]|\\.)*)"(?:, style=bold, color="#\w+")?\];$')


def variables_of(path):
    """A value for each variable that the file names."""
    names = re.findall(r"\$\{env:(\w+)\}", path.read_text(encoding="utf-8"))
    return {name: "whsec_MDEyMzQ1Njc4OWFiY2RlZg==" if "SECRET" in name else "http://localhost:1/"
            for name in names}


def graph(path, form):
    done = subprocess.run([MILLRACE, "graph", path.name, "--format", form], cwd=path.parent,
                          env={**os.environ, **variables_of(path)},
                          text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class GraphTest(unittest.TestCase):
    def test_there_are_examples(self):
        self.assertGreaterEqual(len(FILES), 2)

    def test_mermaid_has_the_nodes_and_edges_of_the_json(self):
        for path in FILES:
            with self.subTest(path=path):
                wanted = json.loads(graph(path, "json"))
                lines = graph(path, "mermaid").splitlines()
                self.assertEqual(lines[0], "flowchart TB")
                body = [line for line in lines[1:] if not line.startswith("  classDef ")]
                nodes = [MERMAID_NODE.match(line) for line in body[:len(wanted["nodes"])]]
                edges = [MERMAID_EDGE.match(line) for line in body[len(wanted["nodes"]):]]
                self.assertTrue(all(nodes) and all(edges), body)
                self.compare(wanted, [(m.group(1), next(g for g in m.groups()[1:] if g))
                                      for m in nodes],
                             [(m.group(1), m.group(4), m.group(3), m.group(2) == "==>")
                              for m in edges])
                for line in body:  # nothing of the user's text breaks out of its quotes
                    self.assertNotRegex(re.sub(r"<br/>", "", line), r"<\w")

    def test_dot_has_the_nodes_and_edges_of_the_json(self):
        for path in FILES:
            with self.subTest(path=path):
                wanted = json.loads(graph(path, "json"))
                text = graph(path, "dot")
                lines = text.splitlines()
                self.assertRegex(lines[0], r'^digraph "[^"]+" \{$')
                self.assertEqual(lines[-1], "}")
                body = lines[4:-1]
                nodes = [DOT_NODE.match(line) for line in body[:len(wanted["nodes"])]]
                edges = [DOT_EDGE.match(line) for line in body[len(wanted["nodes"]):]]
                self.assertTrue(all(nodes) and all(edges), body)
                self.compare(wanted, [(m.group(1), m.group(2)) for m in nodes],
                             [(m.group(1), m.group(2), m.group(3), "bold" in m.group(0))
                              for m in edges])
                if shutil.which("dot"):
                    subprocess.run(["dot", "-Tsvg", "-o", os.devnull], input=text, text=True,
                                   check=True, timeout=60)

    def compare(self, wanted, nodes, edges):
        number = {node["id"]: f"n{i}" for i, node in enumerate(wanted["nodes"])}
        self.assertEqual([name for name, _ in nodes], list(number.values()))
        for (_, label), node in zip(nodes, wanted["nodes"]):
            self.assertIn(node.get("table", node["kind"]), label)
        self.assertEqual([edge[:2] for edge in edges],
                         [(number[e["from"]], number[e["to"]]) for e in wanted["edges"]])
        for (_, _, label, bold), edge in zip(edges, wanted["edges"]):
            self.assertEqual(bold, edge["exchange"] is not None)
            self.assertIn("[" + edge["changelog"] + "]", label)
            for key in (edge["exchange"] or {}).get("keys", []):
                self.assertIn(key, label)
            for column in edge["columns"][:16]:
                self.assertIn(column["name"] + " " + column["type"].split("<")[0].split("`")[0],
                              label)

    def test_every_edge_has_a_schema_and_inputs_come_first(self):
        for path in FILES:
            wanted = json.loads(graph(path, "json"))
            place = {node["id"]: i for i, node in enumerate(wanted["nodes"])}
            self.assertEqual(len(place), len(wanted["nodes"]))
            for edge in wanted["edges"]:
                self.assertTrue(edge["columns"])
                self.assertLess(place[edge["from"]], place[edge["to"]])
            tables = [n["table"] for n in wanted["nodes"] if n["role"] == "source"
                      and "table" in n]
            self.assertEqual(len(tables), len(set(tables)), "a shared source is there once")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
