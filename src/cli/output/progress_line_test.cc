// SPDX-License-Identifier: Apache-2.0
#include "cli/output/progress_line.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

class Screen final : public LineWriter {
 public:
  Status Write(std::string_view lines) override {
    text += lines;
    return OkStatus();
  }
  std::string text;
};

JobSnapshot After(int64_t seconds, uint64_t in, uint64_t out) {
  JobSnapshot snapshot;
  snapshot.elapsed_nanos = seconds * 1'000'000'000;
  snapshot.accounting.in = in;
  snapshot.accounting.out = out;
  return snapshot;
}

TEST(ProgressLineTest, WritesOverItselfAndCleansUp) {
  Screen screen;
  Application application;
  application.env.error = &screen;
  application.error_is_terminal = true;
  {
    ProgressLine line(&application, true);
    line.Update(After(1, 1234567, 5));
    line.Update(After(3, 1234569, 6));
  }
  EXPECT_EQ(screen.text,
            "\r\x1b[K1,234,567 read, 5 written, 1,234,567 per second, 1 s"
            "\r\x1b[K1,234,569 read, 6 written, 1 per second, 3 s\r\x1b[K");
}

TEST(ProgressLineTest, IsSilentWithoutATerminal) {
  Screen screen;
  Application application;
  application.env.error = &screen;
  {
    ProgressLine line(&application, true);
    line.Update(After(1, 10, 5));
  }
  EXPECT_EQ(screen.text, "");
}

TEST(WithCommasTest, GroupsByThree) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(1000), "1,000");
  EXPECT_EQ(WithCommas(123456), "123,456");
}

}  // namespace
}  // namespace millrace
