#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares every #include with the layers declared in CMakeLists.txt.

The rules, and why they exist, are in ARCHITECTURE.md:
- a component includes itself and what its DEPENDS reach;
- the implementations of a plug-in family (SPLIT_BUILTIN) are known to that family alone, and its
  builtin.h to the program and the tests;
- a third-party or system header is visible in the folders listed below and nowhere else.
Exit code 0 if all hold, 1 with one line per violation otherwise.
"""
import pathlib
import re
import sys

# Header prefix -> folders that may include it. The first matching row decides.
THIRD_PARTY = [
    ("arrow/filesystem", ["src/state/object_store"]),
    ("arrow/", ["src/data", "src/functions", "src/formats", "src/connectors", "src/state",
                "src/models", "src/expr", "src/plan", "src/operators", "src/runtime",
                "src/pipelines", "src/assistants", "src/cli", "src/app"]),
    ("parquet/", ["src/formats/parquet"]),
    ("curl/", ["src/env/real"]),
    ("boost/", ["src/env/real"]),
    ("librdkafka/", ["src/env/real/kafka"]),
    ("onnxruntime", ["src/models/onnx"]),
    ("simdjson", ["src/formats/json"]),
    ("rocksdb/", ["src/state/rocksdb"]),
    ("roaring/", ["src/data/bitmap"]),
    ("histedit.h", ["src/cli"]),
    ("editline/", ["src/cli"]),
    ("CLI/", ["src/cli"]),
    ("unicode/", ["src/functions"]),
    ("re2/", ["src/functions", "src/connectors/filesystem", "src/connectors/kafka"]),
    ("regex.h", ["src/connectors/filesystem"]),
    ("openssl/", ["src/env", "src/functions", "src/connectors/webhook",
                  "src/models/onnx/file"]),
    ("spdlog/", ["src/base", "src/env"]),
    ("fmt/", ["src"]),
    ("benchmark/", []),
    ("gtest/", []),
    ("gmock/", []),
]
# Headers of the operating system: the outside world is reached through env.
SYSTEM = re.compile(r"^(sys/|arpa/|net/|netinet/|linux/|unistd\.h|fcntl\.h|pthread\.h"
                    r"|signal\.h|csignal|time\.h|poll\.h|dirent\.h|dlfcn\.h|termios\.h"
                    r"|netdb\.h|sched\.h|ftw\.h|malloc\.h)")
SYSTEM_FOLDERS = ["src/env/real", "src/cli", "src/app"]
STANDARD = re.compile(r"^[a-z_0-9]+$")

COMPONENT = re.compile(r"add_(component|program)\(\s*(\w+)([^)]*)\)")
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


class Layers:
    """What CMakeLists.txt declares."""

    def __init__(self, cmake_text):
        text = re.sub(r"#[^\n]*", "", cmake_text)
        self.depends = {}
        self.split = set()
        for kind, name, rest in COMPONENT.findall(text):
            words = rest.split()
            if kind == "program":
                name = words[words.index("COMPONENT") + 1]
            self.depends[name] = section(words, "DEPENDS")
            if "SPLIT_BUILTIN" in words:
                self.split.add(name)

    def reach(self, name):
        """The components that `name` may include, itself included."""
        seen, stack = set(), [name]
        while stack:
            current = stack.pop()
            if current not in seen:
                seen.add(current)
                stack.extend(self.depends.get(current, []))
        return seen


def section(words, keyword):
    """The words after a keyword, up to the next keyword."""
    if keyword not in words:
        return []
    found = []
    for word in words[words.index(keyword) + 1:]:
        if word.isupper() or word in ("BUILTIN_LINK", "SPLIT_BUILTIN"):
            break
        found.append(word)
    return found


def inside(path, folders):
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def is_test(path):
    return path.endswith("_test.cc") or not path.startswith("src/")


def check_own(layers, path, include):
    """An include of ours, `component/...`. Returns what is wrong, or None."""
    parts = include.split("/")
    target = parts[0]
    if target not in layers.depends:
        return f'"{include}" is in no component: includes are relative to src/'
    if not path.startswith("src/"):
        return None
    source = path.split("/")[1]
    if source not in layers.depends:
        return f"src/{source} is not declared by add_component in CMakeLists.txt"
    if source == "app":
        return None
    if target not in layers.reach(source):
        return f'{source} may not include "{include}" (not among its DEPENDS)'
    if target not in layers.split or is_test(path):
        return None
    if target != source and (len(parts) > 2 or parts[1] == "builtin.h"):
        return f'"{include}" is an implementation inside {target}: use its seam'
    root_file = len(path.split("/")) == 3 and not path.endswith("/builtin.cc")
    if target == source and root_file and len(parts) > 2:
        return f'"{include}": the seam of {target} may not know its implementations'
    return None


def check_foreign(path, include):
    """A third-party, system or standard header. Returns what is wrong, or None."""
    if is_test(path):
        return None
    if SYSTEM.match(include):
        if inside(path, SYSTEM_FOLDERS):
            return None
        return f"<{include}> is the operating system: go through env"
    for prefix, folders in THIRD_PARTY:
        if include.startswith(prefix):
            if inside(path, folders):
                return None
            where = ", ".join(folders) or "tests"
            return f"<{include}> may be included in {where} only"
    if STANDARD.match(include):
        return None
    return f"<{include}> is a library that tools/check_layers.py does not know: add it there"


OF_TESTS = ("support/", "suites/", "simulation/", "random/")  # folders below tests/


def check_text(layers, path, text):
    """All violations of one file, as (line, message)."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        own, foreign = match.groups()
        if own is not None and not own.startswith(OF_TESTS):
            message = check_foreign(path, own) if own_is_foreign(own) else check_own(
                layers, path, own)
        else:
            message = check_foreign(path, foreign) if foreign is not None else None
        if message:
            found.append((number, message))
    return found


def own_is_foreign(include):
    return include.startswith(tuple(prefix for prefix, _ in THIRD_PARTY))


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    layers = Layers((root / "CMakeLists.txt").read_text())
    violations = files = 0
    for top in ("src", "tests", "bench"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".cc", ".h"):
                continue
            files += 1
            relative = path.relative_to(root).as_posix()
            for line, message in check_text(layers, relative, path.read_text(errors="replace")):
                print(f"{relative}:{line}: {message}")
                violations += 1
    print(f"check_layers: {files} files, {violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
