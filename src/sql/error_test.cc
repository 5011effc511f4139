// SPDX-License-Identifier: Apache-2.0
// Wrong statements and everything that is said about them: testdata/errors.txt holds each with its
// diagnostics (`code [text under the caret] message`, candidates, labels, the suggestion). UPDATE=1
// rewrites the file. Suggestions are put into the text and parsed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sql/parser.h"

namespace millrace::sql {
namespace {

constexpr std::string_view kSeparator = "\n----\n";

std::string GoldenPath() {
  return "src/sql/testdata/errors.txt";  // tests run in the root of the repository
}

std::string Under(const std::string& text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

std::string DescribeErrors(const std::string& text, const DiagnosticList& diagnostics) {
  std::string result;
  for (const Diagnostic& diagnostic : diagnostics.entries()) {
    result += "=> " + diagnostic.code + " @" + std::to_string(diagnostic.span.begin) + " [" +
              Under(text, diagnostic.span) + "] " + diagnostic.message + "\n";
    for (const std::string& candidate : diagnostic.candidates) {
      result += "   candidate: " + candidate + "\n";
    }
    for (const Label& label : diagnostic.labels) {
      result += "   label @" + std::to_string(label.span.begin) + " [" + Under(text, label.span) +
                "] " + label.text + "\n";
    }
    if (!diagnostic.try_text.empty()) result += "   try: " + diagnostic.try_text + "\n";
    if (!diagnostic.next_step.empty()) result += "   next: " + diagnostic.next_step + "\n";
  }
  return result;
}

struct Case {
  std::string text;
  std::string golden;
};

std::vector<Case> ReadCases() {
  std::ifstream file(GoldenPath());
  std::stringstream content;
  content << file.rdbuf();
  std::string all = content.str();
  std::vector<Case> cases;
  for (size_t at = 0; at < all.size();) {
    size_t end = all.find(kSeparator, at);
    if (end == std::string::npos) end = all.size();
    std::string block = all.substr(at, end - at);
    size_t split = block.find("\n=> ");
    std::string golden = split == std::string::npos ? "" : block.substr(split + 1);
    if (!golden.empty() && golden.back() != '\n') golden += '\n';
    std::string text = block.substr(0, split);
    while (text.ends_with('\n')) text.pop_back();
    cases.push_back({text, golden});
    at = end + kSeparator.size();
  }
  return cases;
}

TEST(ErrorTest, Goldens) {
  std::vector<Case> cases = ReadCases();
  EXPECT_GE(cases.size(), 120u);
  const char* update = std::getenv("UPDATE");
  std::string written;
  for (const Case& test : cases) {
    DiagnosticList diagnostics;
    ParseScript(test.text, &diagnostics);
    EXPECT_TRUE(diagnostics.has_errors()) << test.text;
    std::string described = DescribeErrors(test.text, diagnostics);
    if (!written.empty()) written += kSeparator.substr(1);
    written += test.text + "\n" + described;
    if (update == nullptr) {
      EXPECT_EQ(described, test.golden) << test.text;
    }
  }
  if (update != nullptr) std::ofstream(GoldenPath()) << written;
}

TEST(ErrorTest, EverySuggestionCuresItsError) {
  size_t suggestions = 0;
  for (const Case& test : ReadCases()) {
    DiagnosticList diagnostics;
    ParseScript(test.text, &diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.entries()) {
      if (diagnostic.try_text.empty()) continue;
      ++suggestions;
      std::string fixed = test.text.substr(0, diagnostic.span.begin) + diagnostic.try_text +
                          test.text.substr(diagnostic.span.end);
      DiagnosticList left;
      ParseScript(fixed, &left);
      EXPECT_LT(left.error_count(), diagnostics.error_count()) << test.text << "\n" << fixed;
    }
  }
  EXPECT_GE(suggestions, 80u);
}

/// Fixing every suggestion of a text leaves only what has none.
TEST(ErrorTest, AllSuggestionsTogetherLeaveNothingThatHadOne) {
  for (const Case& test : ReadCases()) {
    DiagnosticList diagnostics;
    ParseScript(test.text, &diagnostics);
    diagnostics.Normalize();
    std::string fixed = test.text;
    size_t without = 0;
    for (auto it = diagnostics.entries().rbegin(); it != diagnostics.entries().rend(); ++it) {
      without += it->try_text.empty() ? 1 : 0;
      if (it->try_text.empty()) continue;
      fixed.replace(it->span.begin, it->span.end - it->span.begin, it->try_text);
    }
    DiagnosticList left;
    ParseScript(fixed, &left);
    EXPECT_LE(left.error_count(), without) << test.text << "\n" << fixed;
  }
}

}  // namespace
}  // namespace millrace::sql
