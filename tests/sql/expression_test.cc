// SPDX-License-Identifier: Apache-2.0
// Every expression of the NAME.exprs files: its type and its value, against Flink's.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "data/row_format.h"
#include "support/sql_session.h"

namespace millrace {
namespace {

constexpr const char* kExpressionRoot = "tests/sql";

std::string Escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char buffer[8];
          std::snprintf(buffer, sizeof buffer, "\\u%04X", static_cast<unsigned>(c));
          out += buffer;
        } else {
          out += c;
        }
    }
  }
  return out;
}

/// Our line for an expression: `TYPE => value` or `ERROR phase: message`.
std::string Answer(SqlSession* session, const std::string& expression) {
  DiagnosticList diagnostics;
  const Program program = session->Compile("SELECT " + expression, &diagnostics);
  if (diagnostics.has_errors()) {
    return "ERROR validation: " + diagnostics.entries().front().code + " " +
           diagnostics.entries().front().message;
  }
  if (program.steps.empty()) return "ERROR validation: no statement";
  const Schema& schema = program.steps.back().roots.front()->schema();
  const StatementResult result = session->Execute("SELECT " + expression);
  if (!result.error.empty()) return "ERROR runtime: " + result.error;
  if (result.lines.size() != 1) return "ERROR runtime: " + std::to_string(result.lines.size());
  const std::string& line = result.lines.front();
  std::string value = line.substr(3, line.size() - 4);
  return schema[0].type.ToString() + " => " + Escape(value == "null" ? "NULL" : value);
}

/// The word behind ERROR, or empty for a value.
std::string ErrorPhase(const std::string& line) {
  if (!line.starts_with("ERROR ")) return {};
  return line.substr(6, line.find(':') - 6);
}

bool Agrees(const std::string& golden, const std::string& ours) {
  const std::string phase = ErrorPhase(golden);
  if (phase.empty()) return golden == ours;
  if (phase == "bug") return true;
  if (phase == "planning") return !ErrorPhase(ours).empty();
  if (phase == "runtime") return ErrorPhase(ours) == "runtime";
  return ErrorPhase(ours) == "validation";
}

/// (case, expression) -> our line, of divergences.txt.
std::map<std::pair<std::string, std::string>, std::string> ReadDivergences() {
  std::map<std::pair<std::string, std::string>, std::string> divergences;
  for (const std::string& line :
       SplitLines(ReadTextFile(std::string(kExpressionRoot) + "/divergences.txt"))) {
    if (line.starts_with("#") || line.empty()) continue;
    const size_t a = line.find('\t');
    const size_t b = line.find('\t', a + 1);
    const size_t c = line.find('\t', b + 1);
    divergences[{line.substr(0, a), line.substr(a + 1, b - a - 1)}] = line.substr(b + 1, c - b - 1);
  }
  return divergences;
}

/// "case<TAB>expression" of the lines whose answer is not right yet; the list may only shrink.
std::set<std::string> ReadNotYet() {
  std::set<std::string> lines;
  for (const std::string& line :
       SplitLines(ReadTextFile(std::string(kExpressionRoot) + "/not_yet_expressions.txt"))) {
    if (!line.empty() && !line.starts_with("#")) lines.insert(line);
  }
  return lines;
}

class ExpressionTest : public testing::TestWithParam<std::string> {};

TEST_P(ExpressionTest, EqualsFlink) {
  static const auto kDivergences = ReadDivergences();
  static const auto kNotYet = ReadNotYet();
  const std::string base = std::string(kExpressionRoot) + "/" + GetParam();
  const auto golden = SplitLines(ReadTextFile(base + ".expected"));
  SqlSession session({1, 8192});
  size_t next = 0;
  for (const std::string& line : SplitLines(ReadTextFile(base + ".exprs"))) {
    if (line.empty() || line.starts_with("--")) continue;
    if (line.starts_with("SET ")) {
      session.Execute(line.substr(0, line.rfind(';')));
      continue;
    }
    ASSERT_LT(next, golden.size());
    const auto divergence = kDivergences.find({GetParam(), line});
    const std::string& want = divergence == kDivergences.end() ? golden[next] : divergence->second;
    const std::string ours = Answer(&session, line);
    if (kNotYet.contains(GetParam() + "\t" + line)) {
      EXPECT_FALSE(Agrees(want, ours)) << line << " is right now: take it off the list";
    } else {
      EXPECT_TRUE(Agrees(want, ours))
          << GetParam() << "\t" << line << "\n  want " << want << "\n  got  " << ours;
    }
    ++next;
  }
  EXPECT_EQ(next, golden.size());
}

INSTANTIATE_TEST_SUITE_P(Sql, ExpressionTest,
                         testing::ValuesIn(FindCases(kExpressionRoot, ".exprs")),
                         [](const auto& info) { return CaseName(info.param); });

}  // namespace
}  // namespace millrace
