#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An allocation that fails, somewhere in a run: the process ends at once or goes on without it, and
the next start gives exactly what an undisturbed run gives.

Usage: no_memory_test.py PATH_TO_MILLRACE [NUMBER_OF_PLACES]
"""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys

PLACES = int(sys.argv.pop(2)) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 12

import faults  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "support" / "no_memory.c"


class NoMemoryTest(faults.FaultCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hungry = cls.shared / "no_memory.so"
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", cls.hungry, SOURCE], check=True)

    def without(self, at, least=0):
        """The environment of a process in which that allocation fails."""
        return dict(os.environ, LD_PRELOAD=str(self.hungry), NO_MEMORY_AT=str(at),
                    NO_MEMORY_FROM=str(least), NO_MEMORY_COUNT=str(self.folder / "count"),
                    ASAN_OPTIONS="verify_asan_link_order=0")

    def allocations(self, least):
        status, said = self.run_program(variables=self.without(0, least))
        self.assertEqual(status, 0, said)
        self.check_results()
        return int((self.folder / "count").read_text())

    def is_finished(self):
        manifest = self.data / "run.json"
        return manifest.exists() and json.loads(manifest.read_text())["run"]["state"] == "finished"

    def begin_anew(self):
        for directory in (self.data, self.out):
            shutil.rmtree(directory, ignore_errors=True)

    def check_places(self, least, places):
        """Allocations of so many bytes and more fail at so many places, one in each life."""
        count = self.allocations(least)
        chance = random.Random(count)
        ended = 0
        for at in sorted({chance.randrange(1, count + 1) for _ in range(places)}):
            self.begin_anew()
            status, said = self.run_program(variables=self.without(at, least))
            self.assertNotIn(status, (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL),
                             f"allocation {at} of {count}: {said}")
            if status != 0:
                ended += 1
                if not self.is_finished():  # else the next start is a run of its own
                    status, again = self.run_program()
                    self.assertEqual(status, 0, f"after allocation {at} of {count}: {said}{again}")
            self.check_results()
        print(f"  {places} of {count} allocations of {least} bytes and more: "
              f"{ended} lives ended", flush=True)
        return ended

    def test_an_allocation_fails(self):
        self.write(rate=1_000_000)
        self.assertGreater(self.check_places(0, PLACES), PLACES // 3)

    def test_a_large_allocation_fails(self):
        """Of batches, files and state: these are few, so most places of a run are tried."""
        self.write(rate=1_000_000)
        self.check_places(64 << 10, PLACES)


if __name__ == "__main__":
    faults.main()
