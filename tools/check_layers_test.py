#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of check_layers.py: each rule is shown to hold and to be broken."""
import unittest

import check_layers

CMAKE = """
add_component(base)
add_component(env DEPENDS base LINK CURL::libcurl)
add_component(data ARROW DEPENDS env)
add_component(formats ARROW SPLIT_BUILTIN DEPENDS data
  BUILTIN_LINK millrace::simdjson)   # add_component(comment DEPENDS nothing)
add_component(connectors ARROW SPLIT_BUILTIN DEPENDS data)
add_component(plan ARROW DEPENDS formats connectors)
add_program(millrace COMPONENT app DEPENDS plan)
"""


class CheckLayers(unittest.TestCase):
    def setUp(self):
        self.layers = check_layers.Layers(CMAKE)

    def found(self, path, line):
        return [message for _, message in check_layers.check_text(self.layers, path, line)]

    def allowed(self, path, line):
        self.assertEqual(self.found(path, line), [])

    def refused(self, path, line, part):
        found = self.found(path, line)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def test_reads_the_declaration(self):
        self.assertEqual(self.layers.depends["formats"], ["data"])
        self.assertEqual(self.layers.depends["app"], ["plan"])
        self.assertEqual(self.layers.split, {"formats", "connectors"})
        self.assertNotIn("comment", self.layers.depends)

    def test_lower_layers_only(self):
        self.allowed("src/data/a.h", '#include "base/result.h"')
        self.refused("src/env/a.h", '#include "data/batch.h"', "may not include")
        self.refused("src/formats/a.cc", '#include "connectors/connector.h"', "may not include")
        self.allowed("src/app/main.cc", '#include "formats/builtin.h"')

    def test_unknown_components(self):
        self.refused("src/data/a.h", '#include "batch.h"', "no component")
        self.refused("src/extra/a.h", '#include "base/result.h"', "not declared")

    def test_implementations_of_a_family_are_hidden(self):
        self.refused("src/plan/a.cc", '#include "formats/json/decoder.h"', "use its seam")
        self.refused("src/plan/a.cc", '#include "formats/builtin.h"', "use its seam")
        self.allowed("src/plan/a_test.cc", '#include "formats/builtin.h"')
        self.allowed("src/plan/a.cc", '#include "formats/format.h"')
        self.allowed("src/formats/builtin.cc", '#include "formats/json/decoder.h"')
        self.refused("src/formats/registry.cc", '#include "formats/json/decoder.h"', "the seam")
        self.allowed("src/formats/json/decoder.cc", '#include "formats/json/decoder.h"')

    def test_third_party_headers_stay_in_their_folder(self):
        self.allowed("src/env/real/http.cc", "#include <curl/curl.h>")
        self.refused("src/env/http.cc", "#include <curl/curl.h>", "src/env/real only")
        self.refused("src/env/clock.h", "#include <arrow/api.h>", "only")
        self.refused("src/data/a.cc", "#include <simdjson.h>", "src/formats/json only")
        self.allowed("src/data/batch.h", "#include <arrow/api.h>")
        self.refused("src/data/a.cc", "#include <zstd.h>", "does not know")
        self.allowed("src/data/a_test.cc", "#include <gtest/gtest.h>")
        self.refused("src/data/a.cc", "#include <gtest/gtest.h>", "tests only")

    def test_the_operating_system_is_behind_env(self):
        self.refused("src/data/a.cc", "#include <unistd.h>", "go through env")
        self.refused("src/data/a.cc", "#include <sys/stat.h>", "go through env")
        self.allowed("src/env/real/disk.cc", "#include <unistd.h>")

    def test_standard_headers_are_free(self):
        self.allowed("src/base/a.h", "#include <vector>")
        self.allowed("src/base/a.h", "#include <cstdint>")

    def test_tests_outside_src_may_see_everything(self):
        self.allowed("tests/sql/run.cc", '#include "formats/json/decoder.h"')
        self.allowed("tests/sql/run.cc", '#include "support/script.h"')


if __name__ == "__main__":
    unittest.main()
