// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/codes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace millrace {
namespace {

TEST(Codes, AscendWithoutRepeat) {
  const std::vector<CodeInfo> codes = AllCodes();
  ASSERT_FALSE(codes.empty());
  for (size_t i = 1; i < codes.size(); ++i) EXPECT_LT(codes[i - 1].code, codes[i].code);
}

TEST(Codes, StandInTheirGroup) {
  const std::span<const CodeInfo> groups[] = {
      InternalCodes(),    SyntaxCodes(),      NameCodes(),  TypeCodes(),
      PlanCodes(),        ConnectorCodes(),   ModelCodes(), RuntimeCodes(),
      EnvironmentCodes(), CommandLineCodes(), LintCodes()};
  for (size_t group = 0; group < std::size(groups); ++group) {
    EXPECT_FALSE(groups[group].empty());
    for (const CodeInfo& info : groups[group]) {
      EXPECT_EQ(info.code.size(), 6u) << info.code;
      EXPECT_EQ(info.code.substr(0, 4), (group < 10 ? "MR0" : "MR") + std::to_string(group))
          << info.code;
    }
  }
}

TEST(Codes, AreExplained) {
  for (const CodeInfo& info : AllCodes()) {
    EXPECT_GE(info.explanation.size(), 40u) << info.code;
    EXPECT_FALSE(info.title.empty() || info.title.ends_with('.')) << info.code;
    EXPECT_FALSE(info.explanation.starts_with('\n')) << info.code;
    EXPECT_EQ(info.example.empty(), info.fixed.empty()) << info.code << " needs both or neither";
  }
}

TEST(Codes, AreFoundInAnyCase) {
  ASSERT_NE(FindCode("MR0201"), nullptr);
  EXPECT_EQ(FindCode("mr0201")->title, "unknown column");
  EXPECT_EQ(FindCode("MR9999"), nullptr);
  EXPECT_EQ(FindCode(""), nullptr);
}

}  // namespace
}  // namespace millrace
