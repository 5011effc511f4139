// SPDX-License-Identifier: Apache-2.0
#include "log/segment/crc32c.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Crc32cTest, KnownValues) {
  // RFC 3720, B.4.
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(""), 0u);
}

TEST(Crc32cTest, BothWaysAgreeAndExtend) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 37 + i / 256);
  for (size_t size : {0, 1, 7, 8, 9, 63, 64, 65, 1000}) {
    const std::string_view part = std::string_view(bytes).substr(0, size);
    EXPECT_EQ(ExtendCrc32c(5, part), ExtendCrc32cPortable(5, part));
    for (size_t cut = 0; cut <= size; cut += 13) {
      EXPECT_EQ(ExtendCrc32c(Crc32c(part.substr(0, cut)), part.substr(cut)), Crc32c(part));
    }
  }
}

}  // namespace
}  // namespace millrace
