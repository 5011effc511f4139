// SPDX-License-Identifier: Apache-2.0
// The fraud example trains on the features that it serves: both files define them in the same
// words.
#include <gtest/gtest.h>

#include "env/disk.h"

namespace millrace {
namespace {

std::string Features(const std::string& file) {
  auto text = MakeRealDisk()->ReadAll("examples/fraud/" + file);
  if (!text) return "cannot read " + file;
  const size_t begin = text->find("-- <features>");
  const size_t end = text->find("-- </features>");
  return begin < end && end != std::string::npos ? text->substr(begin, end - begin)
                                                 : "no features in " + file;
}

TEST(FraudExample, TrainsOnTheFeaturesItServes) {
  EXPECT_EQ(Features("features.sql"), Features("pipeline.sql"));
  EXPECT_NE(Features("features.sql").find("CREATE VIEW features AS"), std::string::npos);
}

}  // namespace
}  // namespace millrace
