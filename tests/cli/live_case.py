# SPDX-License-Identifier: Apache-2.0
"""A program with a listener that runs for all tests of a class. Shared by tests of this folder."""
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest


class LiveCase(unittest.TestCase):
    """`live.sql` in a directory of its own. A class sets `millrace`, `sql` and options."""

    millrace = None
    sql = ""
    options = ()
    seconds = 60  # for its start and its end

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.directory = pathlib.Path(cls.place.name)
        (cls.directory / "live.sql").write_text(cls.sql, encoding="utf-8")
        with open(cls.directory / "errors.txt", "w", encoding="utf-8") as errors:
            # pylint: disable-next=consider-using-with
            cls.process = subprocess.Popen(
                [cls.millrace, "run", *cls.options, "--listen", "127.0.0.1:0", "live.sql"],
                cwd=cls.directory, stdin=subprocess.DEVNULL, stderr=errors)
        listener = cls.directory / ".millrace/live/listener"
        deadline = time.monotonic() + cls.seconds
        while not listener.exists() and cls.process.poll() is None:
            assert time.monotonic() < deadline, "the listener does not come"
            time.sleep(0.05)
        assert listener.exists(), (cls.directory / "errors.txt").read_text()
        cls.address = listener.read_text(encoding="utf-8").strip()

    @classmethod
    def tearDownClass(cls):
        cls.process.send_signal(signal.SIGINT)
        status = cls.process.wait(timeout=cls.seconds)
        left = (cls.directory / ".millrace/live/listener").exists()
        said = (cls.directory / "errors.txt").read_text(encoding="utf-8")
        cls.place.cleanup()
        assert status == 0, said
        assert not left, "the address is left behind"
        cls.check_said(said)

    @classmethod
    def check_said(cls, said):
        """What it said until its end."""
