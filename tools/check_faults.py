#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every row of the fault catalogue (docs/internals/faults.md) names tests that exist.

Usage: check_faults.py
A row is `| id | what happens | what Millrace does | shown by | result |`. Shown by are names in
backquotes: `path/to/test.py`, `path/to/test.py:function`, `test_function` or `Suite.Case`. A row
without any says `later:` and what is missing. The groups are complete: no id is left out.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = "docs/internals/faults.md"
GROUPS = {"A": 14, "B": 16, "C": 6, "D": 15, "E": 4, "F": 14, "G": 9, "I": 7}
RESULTS = ("holds", "partly", "later")


def tests_of(root):
    """Names a row may use: Suite.Case of GoogleTest, functions of the Python tests."""
    cases, functions = set(), {}
    for path in [*root.glob("src/**/*.cc"), *root.glob("tests/**/*.cc")]:
        text = path.read_text(encoding="utf-8")
        for suite, case in re.findall(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", text, re.M):
            cases.add(f"{suite}.{case}")
    for path in root.glob("tests/**/*.py"):
        text = path.read_text(encoding="utf-8")
        functions[str(path.relative_to(root))] = set(re.findall(r"^ *def (\w+)\(", text, re.M))
    return cases, functions


def rows_of(text):
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"[A-Z]\d+", cells[0]):
            yield cells


def fault_of(name, root, cases, functions):
    """What is wrong with a name of a test, or nothing."""
    path, _, function = name.partition(":")
    if "/" in path:
        if not (root / path).is_file():
            return f"there is no {path}"
        if function and function not in functions.get(path, set()):
            return f"{path} has no {function}"
        return None
    if "." in name:
        return None if name in cases else f"there is no test {name}"
    if any(name in found for found in functions.values()):
        return None
    return f"no test of Python is called {name}"


def check(text, root):
    cases, functions = tests_of(root)
    problems, seen = [], []
    for cells in rows_of(text):
        row = cells[0]
        seen.append(row)
        if len(cells) != 5 or not all(cells):
            problems.append(f"{row}: {len(cells)} cells, five that say something are needed")
            continue
        names = re.findall(r"`([^`]+)`", cells[3])
        result = cells[4].split(":")[0]
        if result not in RESULTS:
            problems.append(f"{row}: the result is none of {', '.join(RESULTS)}")
        if result == "later" and len(cells[4]) < len("later: x"):
            problems.append(f"{row}: later what?")
        if not names and result != "later":
            problems.append(f"{row}: no test shows it")
        for name in names:
            if fault := fault_of(name, root, cases, functions):
                problems.append(f"{row}: {fault}")
    wanted = [f"{group}{i}" for group, last in GROUPS.items() for i in range(1, last + 1)]
    problems += [f"{row} is missing" for row in wanted if row not in seen]
    problems += [f"{row} is there twice" for row in set(seen) if seen.count(row) > 1]
    problems += [f"{row} is no row of the catalogue" for row in set(seen) - set(wanted)]
    return len(seen), problems


def main():
    rows, problems = check((ROOT / PAGE).read_text(encoding="utf-8"), ROOT)
    for problem in problems:
        print(f"{PAGE}: {problem}")
    print(f"check_faults: {rows} rows, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
