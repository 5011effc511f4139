#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faults of the disk under a running pipeline: syncs and writes that fail, a full disk, a slow one,
too few descriptors, damaged files. Whatever happens, the results are those of the oracle in the
end, or the run refuses and says why.

Usage: disk_faults_test.py PATH_TO_MILLRACE
"""
import errno
import json
import os
import shutil
import subprocess
import sys

import faults


class WritingTest(faults.FaultCase):
    def test_a_sync_that_fails_is_never_tried_again(self):
        self.write()
        status, said = self.run_program(variables=self.faults(
            calls="sync", path="/journal/", first=6))
        self.assertEqual(status, 3, said)
        self.assertIn("MR0808", said)
        trace = self.trace()
        self.assertEqual(trace[5], "sync 6 failed")
        self.assertEqual(trace[6:], [], "no sync of the journal after one that failed")
        self.finish()

    def test_a_write_that_fails_ends_the_run_at_a_whole_epoch(self):
        self.write()
        status, said = self.run_program(variables=self.faults(
            calls="write", path="/journal/", first=8))
        self.assertEqual(status, 3, said)
        self.assertIn("MR0801", said)
        self.finish()

    def test_short_writes_are_continued(self):
        self.write()
        status, said = self.run_program(variables=self.faults(
            calls="write", path=str(self.folder), first=1, times=10**9, errno=0))
        self.assertEqual(status, 0, said)
        self.assertGreater(sum("failed" in line for line in self.trace()), 20)
        self.check_results()

    def test_a_slow_disk_stretches_epochs(self):
        self.write(rate=100000)
        status, said = self.run_program(variables=self.faults(
            calls="sync", path="/journal/", first=2, times=2, delay=1500))
        self.assertEqual(status, 0, said)
        self.assertEqual([line for line in self.trace() if "delayed" in line],
                         ["sync 2 delayed", "sync 3 delayed"])
        self.check_results()

    def test_state_that_cannot_be_written_stops_the_run(self):
        self.write(rate=1000)
        program = self.start(variables=self.faults(
            calls="write sync", path="/state/", first=1, times=10**9,
            **{"while": self.folder / "broken"}))
        program.wait_for(lambda: (self.data / "run.json").exists(), "the run")
        program.wait_for(lambda: list(self.data.glob("journal/*")), "the journal")
        (self.folder / "broken").touch()
        # A stop brings the state to the disk.
        self.assertNotEqual(program.stop(), 0, program.said())
        self.assertIn("MR0841", program.said())
        (self.folder / "broken").unlink()
        self.finish()

    def test_no_descriptor_for_a_while(self):
        """For a while no file can be opened among the outputs: they cannot roll."""
        self.write(rate=1500, roll="2kb")
        broken = self.folder / "broken"
        program = self.start("--listen", "127.0.0.1:0", variables=self.faults(
            calls="open", path=str(self.out), errno=errno.EMFILE, **{"while": broken}))
        program.wait_for(lambda: self.out.exists() and len(list(self.out.iterdir())) > 2, "a file")
        broken.touch()
        program.wait_for(lambda: any("failed" in line for line in self.trace()), "a failure")
        broken.unlink()
        self.assertEqual(program.wait(), 0, program.said())
        self.assertIn("starting again from the last epoch", program.said())
        self.assertIn("MR0817", program.said())
        self.check_results()


class FullDiskTest(faults.FaultCase):
    """On a small file system of memory, in a mount namespace of this script (see main)."""

    def setUp(self):
        super().setUp()
        self.small = self.folder / "small"
        self.small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.small], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.small], check=True)
        self.data = self.small / "data"

    def epochs_are_written(self):
        """So the start is over, which a full disk ends."""
        return sum(file.stat().st_size for file in self.data.glob("journal/*")) > 4096

    def fill(self):
        """Takes all the room that is left."""
        with (self.small / "filler").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOSPC)

    def test_a_full_disk_holds_sources_until_there_is_room(self):
        self.write(rate=1000)
        program = self.start("--listen", "127.0.0.1:0")
        program.wait_for(self.epochs_are_written, "epochs")
        self.fill()
        program.wait_to_say("cannot be written, sources are held")
        health = json.loads(program.ask("/health")[1])
        self.assertEqual(health["status"], "degraded", health)
        status, ready = program.ask("/ready")
        self.assertIn("cannot be written", ready)
        self.assertIn("millrace_sources_held{", program.ask("/metrics")[1])
        self.assertIn("} 1", [line for line in program.ask("/metrics")[1].splitlines()
                              if line.startswith("millrace_sources_held{")][0])
        (self.small / "filler").unlink()
        self.assertEqual(program.wait(), 0, program.said())
        self.check_results()

    def test_killed_on_a_full_disk(self):
        self.write(rate=1000)
        program = self.start()
        program.wait_for(self.epochs_are_written, "epochs")
        self.fill()
        program.wait_to_say("cannot be written, sources are held")
        program.kill()
        status, said = self.run_program()
        self.assertIn(status, (0, 3), said)
        (self.small / "filler").unlink()
        if status == 3:
            self.finish()

    def test_no_room_at_the_start_is_said(self):
        self.write()
        self.fill()
        status, said = self.run_program()
        self.assertEqual(status, 3, said)
        self.assertIn("MR0802", said)
        (self.small / "filler").unlink()
        self.finish()

    def test_a_directory_that_cannot_be_written(self):
        self.write(rate=1000)
        program = self.start()
        program.wait_for(lambda: (self.data / "run.json").exists(), "the run")
        program.wait_for(lambda: list(self.out.glob(".*")) or list(self.out.glob("*")), "rows")
        program.kill()
        subprocess.run(["mount", "-o", "remount,ro", self.small], check=True)
        status, said = self.run_program()
        self.assertEqual(status, 3, said)
        self.assertIn("Read-only file system", said)
        shown = subprocess.run([faults.MILLRACE, "state", "list", self.data], check=False,
                               cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        subprocess.run(["mount", "-o", "remount,rw", self.small], check=True)
        self.finish()


class DamageTest(faults.FaultCase):
    def stopped_run(self):
        """A run that was stopped in its middle, all of its state on the disk."""
        self.write(rate=2000)
        program = self.start()
        program.wait_for(lambda: list(self.data.glob("journal/*")), "journal")
        program.wait_for(lambda: list(self.out.glob(".*")) or list(self.out.glob("*")), "rows")
        self.assertEqual(program.stop(), 0, program.said())
        self.assertFalse(self.finished(), "stopped in its middle")

    def finished(self):
        return json.loads((self.data / "run.json").read_text())["run"]["state"] == "finished"

    def flip(self, path, place):
        content = bytearray(path.read_bytes())
        content[place] ^= 0x10
        path.write_bytes(content)

    def refuses(self, path, place, code):
        """With one bit of the file changed nothing is run or changed; with it back all is well."""
        whole = path.read_bytes()
        before = {file: file.stat().st_size for file in self.out.iterdir()}
        self.flip(path, place)
        status, said = self.run_program()
        self.assertIn(status, (1, 3), f"{path.name}: {said}")
        self.assertIn(code, said)
        self.assertEqual({file: file.stat().st_size for file in self.out.iterdir()}, before)
        path.write_bytes(whole)

    def test_damaged_files_are_refused(self):
        self.stopped_run()
        self.refuses(self.data / "run.json", 60, "MR0722")
        table = max((self.data / "state").glob("*.sst"), key=lambda file: file.stat().st_size)
        self.refuses(table, 40, "MR0841")
        manifest = next((self.data / "state").glob("MANIFEST-*"))
        self.refuses(manifest, manifest.stat().st_size // 2, "MR0841")
        self.finish()

    def test_a_missing_table_is_refused(self):
        self.stopped_run()
        table = max((self.data / "state").glob("*.sst"), key=lambda file: file.stat().st_size)
        kept = self.folder / "kept.sst"
        shutil.move(table, kept)
        status, said = self.run_program()
        self.assertIn(status, (1, 3), said)
        self.assertIn("MR0841", said)
        shutil.move(kept, table)
        self.finish()

    def test_the_directory_of_another_pipeline_is_refused(self):
        self.stopped_run()
        sql = self.folder / "totals.sql"
        text = sql.read_text()
        other = text.replace("'totals';", "'others';").replace("COUNT(*), SUM", "MIN(id), SUM")
        sql.write_text(other)
        status, said = self.run_program()
        self.assertNotEqual(status, 0)
        self.assertIn("MR08", said)
        sql.write_text(text)
        self.finish()


if __name__ == "__main__":
    if os.environ.get("MILLRACE_OWN_MOUNTS") != "yes":
        os.environ["MILLRACE_OWN_MOUNTS"] = "yes"
        own = ["unshare", "--mount"] + ([] if os.getuid() == 0 else ["--map-root-user"])
        os.execvp("unshare", own + [sys.executable, *sys.argv])
    faults.main()
