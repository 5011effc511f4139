#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clocks that jump and rows of impossible times.

Usage: time_test.py PATH_TO_MILLRACE
"""
import json
import pathlib
import time

import faults

HOUR = 3600
YEAR = 365 * 24 * HOUR


class TimeTest(faults.FaultCase):
    def test_the_wall_clock_jumps(self):
        """By an hour and by ten years, forwards and back, while rows come."""
        self.write(rate=1000)
        wall = self.folder / "wall"
        wall.write_text("0")
        program = self.start("--listen", "127.0.0.1:0",
                             variables=dict(self.faults(wall=wall), FAULT_TRACE=""))
        program.wait_for(lambda: list(self.data.glob("journal/*")), "the journal")
        for offset in (HOUR, -HOUR, 10 * YEAR, -10 * YEAR, 0):
            wall.write_text(str(offset))
            begin = time.monotonic()
            epoch = self.epoch(program)
            program.wait_for(lambda least=epoch + 3: self.epoch(program) >= least, "epochs")
            self.assertLess(time.monotonic() - begin, 30, f"off by {offset} s")
        self.assertEqual(program.wait(), 0, program.said())
        self.check_results()

    def epoch(self, program):
        if program.process.poll() is not None:
            return 1 << 40
        try:
            jobs = json.loads(program.ask("/ready")[1])["jobs"]
        except OSError:
            return 1 << 40  # it has just ended
        return jobs[0]["epoch"] if jobs else 0

    def test_a_clock_that_is_wrong_at_the_next_start(self):
        self.write(rate=1500)
        wall = self.folder / "wall"
        wall.write_text(str(10 * YEAR))
        program = self.start(variables=self.faults(wall=wall))
        program.wait_for(lambda: list(self.data.glob("journal/*")), "the journal")
        self.assertEqual(program.stop(), 0, program.said())
        wall.write_text(str(-10 * YEAR))
        status, said = self.run_program(variables=self.faults(wall=wall))
        self.assertEqual(status, 0, said)
        self.check_results()

    def test_extreme_times(self):
        """The first and last days a TIMESTAMP can say, and texts of none at all."""
        times = ["1969-12-31 23:59:59.999", "1970-01-01 00:00:00", "0001-01-01 00:00:00",
                 "2024-01-01 00:00:00", "9999-12-31 23:59:59.999", "9223372036854775807", "-1",
                 "2024-02-30 00:00:00", None]
        self.input = self.folder / "extreme.json"
        self.input.write_text("".join(
            json.dumps({"id": i, "card": f"c{i}", "amount": 1.0, "ts": ts}) + "\n"
            for i, ts in enumerate(times)))
        self.write()
        report = self.folder / "report.json"
        status, said = self.run_program("--report", str(report))
        self.assertEqual(status, 0, said)
        # Of the rows with a time, two are behind the watermark: the year 1, and the last of all,
        # a day that there is not, read as in Flink.
        self.assertEqual([line.split(",")[0] for line in self.lines()], ["c0", "c1", "c3", "c4"])
        accounting = json.loads(report.read_text())["jobs"][0]["accounting"]
        self.assertEqual(accounting["in"], len(times), accounting)
        self.assertEqual((accounting["dead_lettered"], accounting["late"]), (3, 2), accounting)
        letters = pathlib.Path(self.data / "dead-letters" / "payments.jsonl").read_text()
        self.assertIn("9223372036854775807", letters)

    def test_a_stamp_of_the_future(self):
        """In a table without an end: a dead letter; no window closes early, no row is late."""
        rows = [{"id": i, "card": "c", "amount": 1.0, "ts": f"2024-01-01 00:00:{i:02}"}
                for i in range(60)]
        rows.insert(7, {"id": 99, "card": "c", "amount": 1.0, "ts": "9999-01-01 00:00:00"})
        self.input = self.folder / "in"
        self.input.mkdir()
        (self.input / "rows.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.write()
        file = self.folder / "totals.sql"
        file.write_text(file.read_text().replace(
            "'format' = 'json'", "'format' = 'json', 'source.monitor-interval' = '50 ms'", 1))
        program = self.start("--listen", "127.0.0.1:0")
        letters = self.data / "dead-letters" / "payments.jsonl"
        program.wait_for(lambda: letters.exists() and letters.read_text(), "the dead letter")
        program.wait_for(lambda: self.rows_read(program) >= len(rows), "all rows")
        self.assertEqual(program.stop(), 0, program.said())
        self.assertIn("MR0708", letters.read_text())
        self.assertEqual(letters.read_text().count("\n"), 1)
        # The last window waits for its watermark.
        self.assertEqual([line.split(",")[2] for line in self.lines()], ["10"] * 5)

    def rows_read(self, program):
        text = program.ask("/metrics")[1]
        return sum(float(line.split()[-1]) for line in text.splitlines()
                   if line.startswith("millrace_source_rows_total"))


if __name__ == "__main__":
    faults.main()
