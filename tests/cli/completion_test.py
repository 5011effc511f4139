#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completion as the shell does it: bash loads the script and completes command lines.

Usage: completion_test.py PATH_TO_MILLRACE. zsh and fish check the syntax of theirs where installed.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

MILLRACE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""

# Sets what bash sets when a tab is pressed, calls the function, and prints the answers.
DRIVER = r"""
source <(millrace completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
compopt() { :; }   # only allowed while readline completes
_millrace
printf '%s\n' "${COMPREPLY[@]}"
"""

SQL = """CREATE TABLE payments (a INT) WITH ('connector' = 'datagen');
CREATE TABLE people (a INT) WITH ('connector' = 'datagen');
CREATE TABLE alerts (a INT) WITH ('connector' = 'print');
INSERT INTO alerts SELECT a FROM nowhere;
"""


def environment():
    return {**os.environ, "PATH": f"{os.path.dirname(MILLRACE)}:{os.environ['PATH']}"}


class CompletionTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.directory = pathlib.Path(self.place.name)
        (self.directory / "shop.sql").write_text(SQL, encoding="utf-8")
        (self.directory / "my data.json").write_text("{}", encoding="utf-8")
        (self.directory / "sub").mkdir()

    def complete(self, *words):
        done = subprocess.run(["bash", "--norc", "-c", DRIVER, "bash", *words],
                              cwd=self.directory, env=environment(), text=True,
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.stderr, "")
        return [line for line in done.stdout.splitlines() if line]

    def test_commands(self):
        self.assertEqual(self.complete("millrace", "ch"), ["check"])
        every = self.complete("millrace", "")
        for command in ("run", "check", "explain", "graph", "infer", "completion", "version"):
            self.assertIn(command, every)

    def test_every_command_of_the_help_is_offered(self):
        shown = subprocess.run([MILLRACE, "--help"], text=True, capture_output=True, check=True)
        names = [line.split()[0] for line in
                 shown.stdout.split("SUBCOMMANDS:" if "SUBCOMMANDS:" in shown.stdout
                                    else "Subcommands:")[1].splitlines()
                 if line.startswith("  ") and line.split()]
        offered = self.complete("millrace", "")
        self.assertTrue({n for n in names if n.isalpha()} & set(offered))
        self.assertEqual(self.complete("millrace", names[0]), [names[0]])

    def test_options_and_their_choices(self):
        self.assertEqual(self.complete("millrace", "run", "--dat"), ["--data-dir"])
        self.assertIn("--format", self.complete("millrace", "graph", "--"))
        self.assertEqual(self.complete("millrace", "graph", "--format", ""),
                         ["mermaid", "dot", "json"])
        self.assertEqual(self.complete("millrace", "graph", "--format", "d"), ["dot"])
        self.assertEqual(self.complete("millrace", "run", "--color", "a"), ["auto", "always"])

    def test_an_option_cut_at_its_equals_sign(self):
        self.assertEqual(self.complete("millrace", "graph", "--format", "=", "j"), ["json"])
        self.assertEqual(self.complete("millrace", "graph", "--format", "="),
                         ["mermaid", "dot", "json"])

    def test_files(self):
        self.assertEqual(sorted(self.complete("millrace", "run", "")), ["shop.sql", "sub"])
        self.assertEqual(self.complete("millrace", "run", "--quiet", "sh"), ["shop.sql"])
        self.assertEqual(self.complete("millrace", "infer", "my"), ["my data.json"])
        self.assertEqual(self.complete("millrace", "run", "--data-dir", ""), ["sub"])

    def test_codes(self):
        self.assertIn("MR0420", self.complete("millrace", "explain", "MR042"))
        self.assertIn("MR0420", self.complete("millrace", "explain", "mr042"))
        self.assertIn("shop.sql", self.complete("millrace", "explain", ""))

    def test_nothing_for_an_unknown_command(self):
        self.assertEqual(self.complete("millrace", "rnu", ""), [])

    def test_readline_really_completes(self):
        """An interactive bash on a terminal, with tabs."""
        import pty  # pylint: disable=import-outside-toplevel
        master, slave = pty.openpty()
        rc = self.directory / "rc"
        rc.write_text("PS1='$ '\nbind 'set bell-style none'\nsource <(millrace completion bash)\n",
                      encoding="utf-8")
        # pylint: disable-next=consider-using-with
        shell = subprocess.Popen(["bash", "--noprofile", "--rcfile", str(rc), "-i"], stdin=slave,
                                 stdout=slave, stderr=slave, cwd=self.directory,
                                 env={**environment(), "TERM": "dumb"}, start_new_session=True)
        os.close(slave)
        os.write(master, b"millrace vers\t > out.txt; exit\n")
        shell.wait(timeout=60)
        os.close(master)
        self.assertTrue((self.directory / "out.txt").read_text(encoding="utf-8")
                        .startswith("millrace "))

    def test_the_scripts_of_other_shells_parse(self):
        for shell, check in (("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
            script = subprocess.run([MILLRACE, "completion", shell], text=True,
                                    capture_output=True, check=True).stdout
            self.assertIn("completion query", script)
            if shutil.which(shell):
                path = self.directory / f"script.{shell}"
                path.write_text(script, encoding="utf-8")
                subprocess.run([*check, str(path)], check=True, timeout=60)

    if shutil.which("fish"):
        def test_fish_really_completes(self):
            command = ("millrace completion fish | source; complete -C 'millrace graph --format d';"
                       "complete -C 'millrace run --quiet sh'")
            done = subprocess.run(["fish", "--no-config", "-c", command], cwd=self.directory,
                                  env=environment(), text=True, capture_output=True, timeout=60,
                                  check=True)
            self.assertEqual(done.stdout.split(), ["dot", "shop.sql"])

    def test_an_unknown_shell_is_a_wrong_use(self):
        done = subprocess.run([MILLRACE, "completion", "tcsh"], text=True, capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("MR0902", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
