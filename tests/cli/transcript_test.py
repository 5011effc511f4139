#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of tests/cli/*.txt and compares what they print.

Usage: transcript_test.py PATH_TO_MILLRACE [FILE.txt...]; UPDATE=1 rewrites the files.

A transcript is a list of commands with their answers. Each file runs in a new, empty directory.

    $ a shell command          and its further lines, each behind two blanks
    > a line of standard output
    ! a line of standard error
    = the exit status

Other lines are remarks. `~ PATTERN => TEXT` replaces what differs from run to run. The variable
CANARY holds a secret that must never be seen in any output; EXAMPLES is the folder of that name.
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CANARY = "canary-3f9d1c"
SECONDS = 120


def parse(text):
    """[(kind, text)]: 'remark' lines, '~' replacements, '$' commands; answers are left out."""
    parts = []
    for line in text.splitlines():
        if line.startswith("$ "):
            parts.append(["$", line[2:]])
        elif line.startswith("  ") and parts and parts[-1][0] == "$":
            parts[-1][1] += "\n" + line[2:]
        elif line[:1] in (">", "!", "="):
            continue
        elif line.startswith("~ "):
            parts.append(["~", line[2:]])
        else:
            parts.append(["remark", line])
    return parts


def answer(output, mark):
    lines = output.split("\n")
    end = [] if lines[-1] == "" else ["\\ no line feed at the end"]
    body = lines[:-1] if lines[-1] == "" else lines
    return [f"{mark} {line}".rstrip() for line in body + end]


def run(command, directory, millrace):
    environment = {"PATH": f"{pathlib.Path(millrace).parent}:{os.environ['PATH']}",
                   "HOME": directory, "CANARY": CANARY, "LC_ALL": "C.UTF-8",
                   "EXAMPLES": str(HERE.parent.parent / "examples")}
    for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    done = subprocess.run(["bash", "-c", command], cwd=directory, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                          check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def replay(path, millrace):
    """The transcript as it is now, and whether the secret was seen."""
    lines, replacements, leaks = [], [], []
    with tempfile.TemporaryDirectory() as directory:
        for kind, text in parse(path.read_text(encoding="utf-8")):
            if kind != "$":
                lines.append(text if kind == "remark" else f"~ {text}")
                if kind == "~":
                    replacements.append(text.split(" => ", 1))
                continue
            status, output, errors = run(text, directory, millrace)
            if CANARY in output + errors:
                leaks.append(text)
            lines += ["$ " + text.replace("\n", "\n  ")]
            answers = answer(output, ">") + answer(errors, "!") + [f"= {status}"]
            shown = "\n".join(answers).replace(directory, "${DIR}")
            for pattern, replacement in replacements:
                shown = re.sub(pattern, replacement, shown)
            lines.append(shown)
    return "\n".join(lines) + "\n", leaks


def main():
    millrace = os.path.abspath(sys.argv[1])
    paths = [pathlib.Path(name) for name in sys.argv[2:]] or sorted(HERE.glob("*.txt"))
    failed = 0
    for path in paths:
        expected = path.read_text(encoding="utf-8")
        found, leaks = replay(path, millrace)
        for command in leaks:
            print(f"{path.name}: the secret is in the output of: {command}")
        if os.environ.get("UPDATE") == "1" and found != expected:
            path.write_text(found, encoding="utf-8")
            print(f"{path.name}: rewritten")
        elif found != expected:
            sys.stdout.writelines(difflib.unified_diff(
                expected.splitlines(True), found.splitlines(True), path.name, "now"))
            failed += 1
        failed += bool(leaks)
    print(f"{len(paths)} transcripts, {failed} failed")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
