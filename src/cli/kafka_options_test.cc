// SPDX-License-Identifier: Apache-2.0
#include "cli/kafka_options.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(KafkaOptionsTest, ShareOfTheCopies) {
  KafkaOptions options;
  EXPECT_EQ(options.Share()->count, 1);
  options.copy = "2/3";
  EXPECT_EQ(options.Share()->index, 2);
  EXPECT_EQ(options.Share()->count, 3);
  for (const char* bad : {"3/3", "-1/3", "1", "1/", "/3", "a/b", "1/3x", "0/0", "1 /3"}) {
    options.copy = bad;
    EXPECT_FALSE(options.Share()) << bad;
  }
}

TEST(KafkaOptionsTest, ConnectTimeout) {
  KafkaOptions options;
  EXPECT_EQ(options.ConnectTimeout()->count(), 0);
  options.connect_timeout = "30s";
  EXPECT_EQ(options.ConnectTimeout()->count(), 30'000);
  options.connect_timeout = "soon";
  EXPECT_EQ(options.ConnectTimeout().error().code, "MR0902");
}

}  // namespace
}  // namespace millrace
