// SPDX-License-Identifier: Apache-2.0
#include "cli/output/line_diff.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(LineDiffTest, EqualTextsHaveNone) { EXPECT_EQ(LineDiff("f", "a\nb\n", "a\nb\n"), ""); }

TEST(LineDiffTest, ChangesStandBetweenLinesThatStayed) {
  EXPECT_EQ(LineDiff("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n"),
            "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
}

TEST(LineDiffTest, DistantChangesAreApart) {
  std::string before;
  for (int i = 0; i < 30; ++i) before += std::to_string(i) + "\n";
  std::string after = before;
  after.replace(after.find("5\n"), 2, "five\n");
  after += "end\n";
  EXPECT_EQ(LineDiff("f", before, after),
            "--- f\n+++ f\n@@ -3,7 +3,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
            "@@ -28,3 +28,4 @@\n 27\n 28\n 29\n+end\n");
}

}  // namespace
}  // namespace millrace
