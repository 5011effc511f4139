#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of tidy.py and of the function finder it stands on: each rule is shown to break."""
import unittest

import cpp_functions
import tidy

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


def rules(path, body, **others):
    texts = {path: body, **others}
    return [rule for rule, _, _, _ in tidy.check_all(texts).items]


class Functions(unittest.TestCase):
    def names(self, text):
        return [(name, length) for name, _, length in cpp_functions.functions(text)]

    def test_bodies_with_their_lengths(self):
        text = "namespace a {\nint F(int x) {\n  if (x) {\n    return 1;\n  }\n  return 2;\n}\n}\n"
        self.assertEqual(self.names(text), [("F", 6)])

    def test_members_constructors_and_operators(self):
        text = ("class A {\n public:\n  A() : b_(1), c_{2} {}\n  int size() const { return 1; }\n"
                "  bool operator==(const A& o) const { return true; }\n};\n"
                "A::~A() {\n}\n")
        names = [name for name, _ in self.names(text)]
        self.assertEqual(names[-3:], ["size", "operator_", "A::~A"])

    def test_tables_and_types_are_no_functions(self):
        text = ('constexpr T kTable = {\n  F(1),\n  "}{",\n};\nstruct S {\n  int a = 1;\n};\n'
                "enum class E { kA };\n")
        self.assertEqual(self.names(text), [])

    def test_strings_and_comments_hold_no_braces(self):
        text = 'void F() {\n  G("{", \'{\', R"(\n{{\n)");  // {\n  /* { */\n}\n'
        self.assertEqual(self.names(text), [("F", 6)])

    def test_lambdas_belong_to_their_function(self):
        text = "void F() {\n  auto g = [](int x) {\n    return x;\n  };\n  g(1);\n}\n"
        self.assertEqual(self.names(text), [("F", 6)])

    def test_test_macros_are_functions(self):
        self.assertEqual(self.names("TEST(A, B) {\n  int x = 1;\n}\n"), [("TEST", 3)])


class Tidy(unittest.TestCase):
    def test_a_clean_file(self):
        self.assertEqual(rules("src/a/b.h", SPDX + "#pragma once\nint F();\n"), [])

    def test_long_functions(self):
        body = SPDX + "void F() {\n" + "  G();\n" * 69 + "}\n"
        self.assertEqual(rules("src/a/b.cc", body), ["function-lines"])
        self.assertEqual(rules("src/a/b.cc", SPDX + "void F() {\n" + "  G();\n" * 68 + "}\n"), [])

    def test_long_files_and_lines(self):
        self.assertEqual(rules("src/a/b.cc", SPDX + "\n" * 500), ["file-lines"])
        self.assertEqual(rules("src/a/b.cc", SPDX + "// " + "x" * 98 + "\n"), ["columns"])

    def test_head(self):
        self.assertEqual(rules("src/a/b.h", "int F();\n"), ["spdx", "pragma-once"])
        python = "#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0\n"
        self.assertEqual(rules("tools/a.py", python), [])

    def test_marks(self):
        self.assertEqual(rules("src/a/b.cc", SPDX + "// TO" + "DO: later\n"), ["marker"])
        self.assertEqual(rules("src/a/b.cc", SPDX + "TEST(A, DIS" + "ABLED_B) {}\n"),
                         ["switched-off"])
        self.assertEqual(rules("src/a/b.cc", SPDX + '// see /ro' + 'ot/x\n'), ["machine-path"])

    def test_the_outside_world(self):
        for line, rule in (("auto t = std::chrono::steady_clock::now();", "clock"),
                           ("std::mt19937 r;", "random"), ("std::thread t;", "thread"),
                           ("std::ofstream f;", "file"), ("std::cout << 1;", "output"),
                           ('std::getenv("A");', "environment")):
            self.assertEqual(rules("src/data/b.cc", SPDX + line + "\n"), [rule])
            self.assertEqual(rules("src/data/b_test.cc", SPDX + line + "\n"), [])
        sleep = SPDX + "std::this_thread::sleep_for(x);\n"
        self.assertEqual(rules("src/data/b_test.cc", sleep), ["sleep"])
        self.assertEqual(rules("src/env/real/b.cc", SPDX + "x = steady_clock::now();\n"), [])
        self.assertEqual(rules("src/data/b.cc", SPDX + "// std::cout is not for us\n"), [])

    def test_names_and_folders(self):
        self.assertEqual(rules("src/a/utils.h", SPDX + "#pragma once\n"), ["name"])
        self.assertEqual(rules("src/common/a.cc", SPDX), ["name"])
        many = {f"src/a/f{i}.cc": SPDX for i in range(31)}
        self.assertEqual([i[0] for i in tidy.check_all(many).items], ["folder-files"])

    def test_codes_have_an_entry(self):
        table = {"src/diagnostics/codes/names.cc": SPDX + '.code = "MR0201",\n'}
        use = SPDX + 'F("MR0201"); G("MR0299");\n'
        self.assertEqual(rules("src/a/b.cc", use, **table), ["code"])

    def test_debt_may_only_shrink(self):
        findings = tidy.Findings()
        findings.add("columns", "a.cc", 3, "x")
        self.assertEqual(len(findings.uncovered({})), 1)
        self.assertEqual(findings.uncovered({("columns", "a.cc"): 1}), [])
        self.assertIn("down to 1", findings.uncovered({("columns", "a.cc"): 2})[0])
        self.assertEqual(tidy.read_debt("# old\ncolumns a.cc 2\n"), {("columns", "a.cc"): 2})


class Output(unittest.TestCase):
    def test_a_flood_of_one_rule_is_cut(self):
        lines = [f"a.cc:{i}: long [columns]" for i in range(25)] + ["b.cc:1: x [spdx]"]
        shown = tidy.first_of_each(lines)
        self.assertEqual(len(shown), 22)
        self.assertIn("b.cc:1: x [spdx]", shown)
        self.assertEqual(shown[-1], "... and 5 more [columns]")


if __name__ == "__main__":
    unittest.main()
