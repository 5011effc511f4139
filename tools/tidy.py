#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the house rules that a program can check: sizes, names, marks, the world behind env.

Old debt may be listed in tools/debt.txt (`RULE PATH COUNT`); a count may only shrink, and a line
whose debt is paid must go. Exit code 0 if all rules hold, 1 with the violations otherwise, at most
twenty of each rule unless `--all` is given.
"""
import ast
import collections
import pathlib
import re
import subprocess
import sys

import cpp_functions

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
FOLDER_FILES_MAX = 30

CODE = {".cc", ".h", ".py", ".sh", ".cmake"}
BANNED_NAMES = {"util", "utils", "common", "misc", "helper", "helpers", "types.h"}

# Written in two halves so that this file does not find itself.
MARKERS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SWITCHED_OFF = re.compile(r"\bDIS" r"ABLED_\w|\bGTEST_" r"SKIP\b|@unittest\.ski" r"p")
MACHINE_PATHS = re.compile(r"(?<![\w.$}])/(?:ro" r"ot|wo" r"rk|ho" r"me/\w+)/")

# What reaches the outside world directly: (rule, pattern, folders where it is at home).
OUTSIDE = [
    ("clock", re.compile(r"\b(system_clock|steady_clock|high_resolution_clock)::now\b"
                         r"|\b(gettimeofday|clock_gettime)\b|[^\w.>:]time\((nullptr|NULL|0)\)"),
     ["src/env/real"]),
    ("random", re.compile(r"\bstd::(random_device|mt19937|mt19937_64|default_random_engine)\b"
                          r"|[^\w.>:]s?rand\("), ["src/env"]),
    ("thread", re.compile(r"\bstd::(thread|jthread|async)\b(?!::)|\bpthread_create\b"),
     ["src/env", "src/runtime", "src/cli"]),
    ("sleep", re.compile(r"\bsleep_(for|until)\b|[^\w.>:]u?sleep\("), ["src/env/real"]),
    ("file", re.compile(r"\bstd::[io]?fstream\b|[^\w.>:]fopen\(|\barrow::io::"
                        r"(FileOutputStream|ReadableFile|MemoryMappedFile)\b"), ["src/env/real"]),
    ("output", re.compile(r"\bstd::(cout|cerr|clog)\b|\bstd::(printf|puts|putchar)\("
                          r"|[^\w.:]printf\("),
     ["src/env/real", "src/cli", "src/app"]),
    ("environment", re.compile(r"\b(secure_)?getenv\("), ["src/env/real", "src/cli", "src/app"]),
]


class Findings:
    """Violations by rule and path, and whether the list of old debt covers them."""

    def __init__(self):
        self.items = []

    def add(self, rule, path, line, message):
        self.items.append((rule, path, line, message))

    def uncovered(self, debt):
        """What is left after old debt, plus the debt that no longer fits."""
        left = []
        counts = collections.Counter((rule, path) for rule, path, _, _ in self.items)
        for rule, path, line, message in self.items:
            if counts[rule, path] > debt.get((rule, path), 0):
                left.append(f"{path}:{line}: {message} [{rule}]")
        for (rule, path), allowed in sorted(debt.items()):
            if counts[rule, path] < allowed:
                left.append(f"tools/debt.txt: {rule} {path} is down to {counts[rule, path]}: "
                            "lower its count, or take the line out at 0")
        return left


def read_debt(text):
    debt = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            rule, path, count = line.split()
            debt[rule, path] = int(count)
    return debt


def is_cpp(path):
    return path.endswith((".cc", ".h"))


def check_sizes(path, text, findings):
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        findings.add("file-lines", path, len(lines),
                     f"{len(lines)} lines; {FILE_LINES_MAX} are the limit, 250 the aim")
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            findings.add("columns", path, number,
                         f"{len(line)} columns; {COLUMNS_MAX} is the limit")
        if line != line.rstrip():
            findings.add("blanks", path, number, "blanks at the end of the line")
    for name, line, length in functions_of(path, text):
        if length > FUNCTION_LINES_MAX:
            findings.add("function-lines", path, line,
                         f"{name} has {length} lines; {FUNCTION_LINES_MAX} is the limit")


def functions_of(path, text):
    if is_cpp(path):
        return cpp_functions.functions(text)
    if path.endswith(".py"):
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [(node.name, node.lineno, node.end_lineno - node.lineno + 1)
                for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    return []


def check_head(path, text, findings):
    head = [line for line in text.splitlines()[:3] if not line.startswith("#!")]
    if not head or "SPDX-License-Identifier: Apache-2.0" not in head[0]:
        findings.add("spdx", path, 1, "the first line is not the SPDX line")
    if path.endswith(".h") and "#pragma once" not in text:
        findings.add("pragma-once", path, 1, "the header lacks #pragma once")


def check_marks(path, text, findings):
    for number, line in enumerate(text.splitlines(), 1):
        for rule, pattern, message in (
                ("marker", MARKERS, "a mark of work left undone"),
                ("switched-off", SWITCHED_OFF, "a test that is switched off"),
                ("machine-path", MACHINE_PATHS, "a path of one machine")):
            if pattern.search(line):
                findings.add(rule, path, number, message)


def check_outside(path, code, findings):
    """Clocks, files, threads and the like belong behind the seams of env."""
    is_test = path.endswith("_test.cc") or not path.startswith("src/")
    for number, line in enumerate(code.splitlines(), 1):
        for rule, pattern, homes in OUTSIDE:
            if is_test and not (rule == "sleep" and path.endswith(".cc")):
                continue
            if any(path.startswith(home + "/") for home in homes) or path == "src/base/check.cc":
                continue
            if pattern.search(line):
                findings.add(rule, path, number, f"direct use of a {rule}: go through env")
        if path.endswith(".h") and re.match(r"\s*using namespace\b", line):
            findings.add("using", path, number, "using namespace in a header")


def check_names(paths, findings):
    folders = collections.Counter()
    for path in paths:
        folders[path.rpartition("/")[0] or "."] += 1
        name = path.rpartition("/")[2]
        for word in {name, name.partition(".")[0], *path.split("/")[:-1]}:
            if word in BANNED_NAMES and is_cpp(path):
                findings.add("name", path, 1, f"'{word}' says nothing about what is inside")
    for folder, count in sorted(folders.items()):
        # Cases and inputs are data; their folders may grow.
        if count > FOLDER_FILES_MAX and folder.startswith(("src", "tools", "cmake", "bench")):
            findings.add("folder-files", folder, 1,
                         f"{count} files; {FOLDER_FILES_MAX} is the limit")


def check_codes(texts, findings):
    """Every error code that is used has its entry in the table of codes."""
    table = set()
    for path, text in texts.items():
        if path.startswith("src/diagnostics/codes/"):
            table.update(re.findall(r'\.code = "(MR\d{4})"', text))
    for path, text in texts.items():
        if not path.startswith("src/") or path.endswith("_test.cc"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for code in re.findall(r'"(MR\d{4})"', line):
                if code not in table:
                    findings.add("code", path, number,
                                 f"{code} has no entry in src/diagnostics/codes/")


def check_all(texts):
    """All findings over {path: text}."""
    findings = Findings()
    check_names(list(texts), findings)
    check_codes(texts, findings)
    for path, text in texts.items():
        if pathlib.PurePath(path).suffix not in CODE:
            continue
        check_sizes(path, text, findings)
        check_head(path, text, findings)
        check_marks(path, text, findings)
        if is_cpp(path):
            check_outside(path, cpp_functions.without_comments(text), findings)
    return findings


def tracked_files(root):
    """What git knows or would add."""
    command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        names = done.stdout.decode().split("\0")
    else:  # a source archive without git
        names = [path.relative_to(root).as_posix() for path in root.rglob("*")
                 if not path.relative_to(root).as_posix().startswith((".", "build"))]
    return sorted({name for name in names if name and (root / name).is_file()})


def first_of_each(lines, limit=20):
    """At most `limit` lines of each rule, then how many more there are."""
    shown, counts = [], collections.Counter()
    for line in lines:
        rule = line.rpartition("[")[2]
        counts[rule] += 1
        if counts[rule] <= limit:
            shown.append(line)
    return shown + [f"... and {count - limit} more [{rule}" for rule, count in counts.items()
                    if count > limit]


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    texts = {}
    for name in tracked_files(root):
        is_code = pathlib.PurePath(name).suffix in CODE
        texts[name] = (root / name).read_text(errors="replace") if is_code else ""
    debt_file = root / "tools" / "debt.txt"
    debt = read_debt(debt_file.read_text() if debt_file.exists() else "")
    left = check_all(texts).uncovered(debt)
    for line in left if "--all" in sys.argv else first_of_each(left):
        print(line)
    print(f"tidy: {len(texts)} files, {len(left)} violations")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
