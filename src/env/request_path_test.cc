// SPDX-License-Identifier: Apache-2.0
#include "env/request_path.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(RequestPath, SegmentsAndQuery) {
  const auto path = ParseRequestPath("/ingest/na%C3%AFve%20t?x=/y");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->segments, (std::vector<std::string>{"ingest", "naïve t"}));
  EXPECT_EQ(path->query, "x=/y");
  EXPECT_EQ(ParseRequestPath("/health/")->segments, std::vector<std::string>{"health"});
  EXPECT_TRUE(ParseRequestPath("/")->segments.empty());
}

TEST(RequestPath, PercentIsDecodedOnce) {
  EXPECT_EQ(ParseRequestPath("/%252e%252e")->segments[0], "%2e%2e");
}

TEST(RequestPath, RefusesWaysThroughFileSystems) {
  for (const std::string_view target :
       {"",          "health", "*",      "http://h/x", "//x",   "/x//y",  "/..",    "/x/../y",
        "/%2e%2e/x", "/.",     "/a%2fb", "/a%2Fb",     "/a\\b", "/a%5cb", "/a%00b", "/a%",
        "/a%2",      "/a%zz",  "/%ff",   "/a%0a",      "/x#y",  "/\x7f"}) {
    EXPECT_FALSE(ParseRequestPath(target)) << target;
  }
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "/x";
  EXPECT_FALSE(ParseRequestPath(deep));
}

}  // namespace
}  // namespace millrace
