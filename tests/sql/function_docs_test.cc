// SPDX-License-Identifier: Apache-2.0
// The example of every function's documentation gives the result that the documentation says.
#include <gtest/gtest.h>

#include "functions/aggregate.h"
#include "functions/function.h"
#include "support/sql_session.h"

namespace millrace {
namespace {

/// The values of the last line that a query printed, without `+I[` and `]`; the error if it failed.
std::string LastRow(const std::string& query) {
  SqlSession session({1, 8192});
  const StatementResult result = session.Execute(query);
  if (!result.error.empty()) return "ERROR " + result.error;
  if (result.lines.empty()) return "no row";
  const std::string& line = result.lines.back();
  return line.substr(3, line.size() - 4);
}

TEST(FunctionDocsTest, ExamplesOfScalarFunctionsAreTrue) {
  size_t checked = 0;
  for (const ScalarFunction* function : BuiltinFunctions().All()) {
    const FunctionDoc& doc = function->doc;
    EXPECT_FALSE(doc.group.empty()) << function->name;
    EXPECT_FALSE(doc.signature.empty()) << function->name;
    EXPECT_FALSE(doc.summary.empty()) << function->name;
    if (doc.example.empty() || doc.result.empty()) continue;
    EXPECT_EQ(LastRow("SELECT " + doc.example), doc.result) << doc.example;
    ++checked;
  }
  EXPECT_GE(checked, 100u);
}

TEST(FunctionDocsTest, ExamplesOfAggregatesAreTrue) {
  size_t checked = 0;
  for (const AggregateFunction* function : BuiltinAggregates().All()) {
    const FunctionDoc& doc = function->doc;
    EXPECT_FALSE(doc.summary.empty()) << function->name;
    if (doc.example.empty()) continue;
    EXPECT_EQ(LastRow(doc.example), doc.result) << doc.example;
    ++checked;
  }
  EXPECT_GE(checked, 12u);
}

}  // namespace
}  // namespace millrace
