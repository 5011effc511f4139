#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""millrace shell on a terminal: prompts, completion, Ctrl-C, several lines, history.

Usage: terminal_test.py PATH_TO_MILLRACE
"""
import os
import pathlib
import pty
import re
import select
import signal
import sys
import tempfile
import termios
import time

SECONDS = 120
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\x07\x00]")


class Terminal:
    """A shell behind a pseudo-terminal."""

    def __init__(self, millrace, directory):
        self.seen = ""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            environment = {"PATH": os.environ["PATH"], "HOME": directory, "TERM": "xterm",
                           "LC_ALL": "C.UTF-8"}
            if "LD_LIBRARY_PATH" in os.environ:
                environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
            os.execve(millrace, [millrace, "shell"], environment)

    def type(self, text, editing=True):
        """Keys. The prompt is shown a moment before the shell takes them one by one."""
        deadline = time.monotonic() + SECONDS
        while editing and termios.tcgetattr(self.descriptor)[3] & termios.ICANON:
            assert time.monotonic() < deadline, "the terminal is not being edited on"
            time.sleep(0.001)
        os.write(self.descriptor, text.encode())

    def expect(self, text):
        """Waits for the text behind what was expected before."""
        deadline = time.monotonic() + SECONDS
        while text not in self.seen:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.descriptor], [], [], max(left, 0))
            chunk = b""
            if ready:
                try:
                    chunk = os.read(self.descriptor, 65536)
                except OSError:
                    pass
            if not chunk:
                self.close()
                raise AssertionError(f"waited for {text!r}, found {self.seen[-2000:]!r}")
            self.seen += CONTROLS.sub("", chunk.decode(errors="replace"))
        self.seen = self.seen.partition(text)[2]

    def leave(self):
        """Ctrl-D; the exit status."""
        self.type("\x04")
        deadline = time.monotonic() + SECONDS
        while select.select([self.descriptor], [], [], max(deadline - time.monotonic(), 0))[0]:
            try:
                os.read(self.descriptor, 65536)
            except OSError:
                break
        else:
            self.close()
            raise AssertionError("Ctrl-D did not end the shell")
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def check_session(millrace, directory):
    shell = Terminal(millrace, directory)
    shell.expect("millrace> ")
    shell.type("CREATE TABLE numbers (n INT) WITH (\n")
    shell.expect("-> ")
    shell.type("'connector' = 'datagen', 'rows-per-second' = '20');\n")
    shell.expect("done")
    shell.expect("millrace> ")

    shell.type("SELECT n FROM numb\t")  # completion
    shell.expect("ers")
    shell.type(";\n")
    shell.expect("| +I |")
    shell.type("\x03", editing=False)  # stops the statement, not the shell
    shell.expect("stopping")
    shell.expect("millrace> ")

    shell.type("SELECT nonsense\x03")  # drops the line
    shell.expect("millrace> ")
    shell.type("SELECT 40 + 2 AS x;\n")
    shell.expect("         42 |")
    shell.expect("1 row")
    shell.expect("millrace> ")
    shell.type("SELECT m FROM numbers;\n")
    shell.expect("error[MR0201]")
    shell.expect("^")
    shell.expect("millrace> ")
    shell.type("SELECT '\n")
    shell.expect("'> ")
    shell.type("' AS y;\n")
    shell.expect("1 row")
    shell.expect("millrace> ")
    shell.type("help\n")
    shell.expect("A statement ends with")
    shell.expect("millrace> ")
    status = shell.leave()
    assert status == 0, f"the shell ended with {status}"


def check_history(millrace, directory):
    history = pathlib.Path(directory) / ".millrace_history"
    assert history.exists(), "there is no history file"
    assert history.stat().st_mode & 0o077 == 0, "others may read the history"
    shell = Terminal(millrace, directory)
    shell.expect("millrace> ")
    shell.type("\x1b[A\x1b[A\x1b[A")
    shell.expect("40 + 2 AS x;")  # what was before it on the line may be left as it is
    shell.type("\n")
    shell.expect("         42 |")
    shell.expect("millrace> ")
    shell.type("quit;\n")
    _, status = os.waitpid(shell.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def main():
    millrace = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        check_session(millrace, directory)
        check_history(millrace, directory)
    print("the shell works on a terminal")


if __name__ == "__main__":
    main()
