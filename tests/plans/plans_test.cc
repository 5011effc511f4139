// SPDX-License-Identifier: Apache-2.0
// NAME.sql in, logical and physical plan text out: NAME.txt beside it (UPDATE=1 rewrites).
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "diagnostics/render.h"
#include "plan/explain.h"
#include "support/sql_session.h"

namespace millrace {
namespace {

constexpr const char* kFolder = "tests/plans";

class PlansTest : public testing::TestWithParam<std::string> {};

TEST_P(PlansTest, PlanIsAsRecorded) {
  const std::string base = std::string(kFolder) + "/" + GetParam();
  const std::string sql = ReadTextFile(base + ".sql");
  SqlSession session({1, 8192});
  DiagnosticList diagnostics;
  const Program program = session.Compile(sql, &diagnostics);
  const SourceText source(GetParam(), sql);
  ASSERT_FALSE(diagnostics.has_errors()) << RenderText(diagnostics, &source);
  std::string text;
  for (const Step& step : program.steps) {
    if (step.kind == Step::Kind::kJob) text += ExplainText(step);
  }
  EXPECT_FALSE(text.empty());
  if (std::getenv("UPDATE") != nullptr) std::ofstream(base + ".txt", std::ios::binary) << text;
  EXPECT_EQ(ReadTextFile(base + ".txt"), text) << "UPDATE=1 rewrites " << base << ".txt";
}

INSTANTIATE_TEST_SUITE_P(Plans, PlansTest, testing::ValuesIn(FindCases(kFolder, ".sql")),
                         [](const auto& info) { return CaseName(info.param); });

}  // namespace
}  // namespace millrace
