// SPDX-License-Identifier: Apache-2.0
#include "server/query_parameters.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(QueryParametersTest, AreDecoded) {
  const auto query = QueryParameters::Parse("name=pay%2A&where=a+%3E+1&&flag&rows=20");
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->Text("name"), "pay*");
  EXPECT_EQ(query->Text("where"), "a > 1");
  EXPECT_EQ(query->Text("flag"), "");
  EXPECT_EQ(query->Text("other"), "");
  EXPECT_EQ(*query->Number("rows", 5, 1, 100), 20u);
  EXPECT_EQ(*query->Number("other", 5, 1, 100), 5u);
  EXPECT_FALSE(query->Number("rows", 5, 1, 10).has_value());
  EXPECT_FALSE(query->Number("name", 5, 1, 10).has_value());
}

TEST(QueryParametersTest, RefuseWhatIsMalformed) {
  for (const char* bad : {"a=1&a=2", "a=%", "a=%4", "a=%gg", "a=%ff", "%ff=1"}) {
    EXPECT_FALSE(QueryParameters::Parse(bad).has_value()) << bad;
  }
  EXPECT_TRUE(QueryParameters::Parse("").has_value());
}

}  // namespace
}  // namespace millrace
