#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
import pathlib
import tempfile
import unittest

import check_faults


class CheckFaultsTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = pathlib.Path(holder.name)
        (self.root / "tests/e2e").mkdir(parents=True)
        (self.root / "src").mkdir()
        (self.root / "src/a_test.cc").write_text("TEST_F(DiskTest,\n       IsFull) {\n")
        (self.root / "tests/e2e/b_test.py").write_text("def killed():\n    def test_it():\n")

    def problems(self, line):
        _, problems = check_faults.check(line + "\n", self.root)
        return [problem for problem in problems if not problem.endswith("is missing")]

    def test_names_that_exist(self):
        for name in ("DiskTest.IsFull", "test_it", "tests/e2e/b_test.py",
                     "tests/e2e/b_test.py:killed"):
            self.assertEqual(self.problems(f"| D3 | a | b | `{name}` | holds |"), [])

    def test_names_that_do_not(self):
        for name in ("DiskTest.IsEmpty", "test_other", "tests/e2e/c_test.py",
                     "tests/e2e/b_test.py:born"):
            self.assertEqual(len(self.problems(f"| D3 | a | b | `{name}` | holds |")), 1, name)

    def test_a_row_without_a_test(self):
        self.assertEqual(len(self.problems("| D3 | a | b | - | holds |")), 1)
        self.assertEqual(self.problems("| D3 | a | b | - | later: the sink |"), [])
        self.assertEqual(len(self.problems("| D3 | a | b | - | later |")), 1)
        self.assertEqual(len(self.problems("| D3 | a | b | `test_it` | fine |")), 1)

    def test_rows_are_complete(self):
        _, problems = check_faults.check("| D3 | a | b | `test_it` | holds |\n", self.root)
        self.assertIn("D4 is missing", problems)
        self.assertNotIn("D3 is missing", problems)
        twice = "| D3 | a | b | `test_it` | holds |\n" * 2
        self.assertIn("D3 is there twice", check_faults.check(twice, self.root)[1])
        self.assertEqual(self.problems("| Z1 | a | b | `test_it` | holds |"),
                         ["Z1 is no row of the catalogue"])


if __name__ == "__main__":
    unittest.main()
