// SPDX-License-Identifier: Apache-2.0
// Wrong statements: what Flink refuses we refuse, at the place and with the words of NAME.txt
// beside this file (UPDATE=1 writes those). Cases come from tests/sql/errors/NAME.cases.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "diagnostics/render.h"
#include "support/sql_session.h"

namespace millrace {
namespace {

constexpr const char* kCases = "tests/sql/errors";
constexpr const char* kTexts = "tests/errors";

struct Case {
  std::string name;
  std::string text;
};

struct CaseFile {
  std::string setup;
  std::vector<Case> cases;
};

CaseFile ReadCases(const std::string& name) {
  const std::string data = std::string(kCases) + "/data";  // relative: texts hold for any checkout
  CaseFile file;
  std::string* current = &file.setup;
  for (std::string line : SplitLines(ReadTextFile(std::string(kCases) + "/" + name + ".cases"))) {
    if (line.starts_with("-- case ")) {
      file.cases.push_back({line.substr(8), ""});
      current = &file.cases.back().text;
      continue;
    }
    for (size_t at; (at = line.find("${DATA}")) != std::string::npos;) line.replace(at, 7, data);
    *current += line + "\n";
  }
  return file;
}

/// Case -> what Flink said, without the message.
std::map<std::string, bool> ReadRefused(const std::string& name) {
  std::map<std::string, bool> refused;
  std::string current;
  for (const std::string& line :
       SplitLines(ReadTextFile(std::string(kCases) + "/" + name + ".expected"))) {
    if (line.starts_with("-- case ")) {
      current = line.substr(8);
    } else if (line.starts_with("ERROR ") || line == "ACCEPTED") {
      refused[current] = line != "ACCEPTED";
    }
  }
  return refused;
}

/// Cases that we accept on purpose though Flink refuses them.
std::set<std::string> ReadAccepted() {
  std::set<std::string> names;
  for (const std::string& line : SplitLines(ReadTextFile(std::string(kTexts) + "/accepted.txt"))) {
    if (!line.starts_with("#")) names.insert(line.substr(0, line.find('\t')));
  }
  return names;
}

class ErrorsTest : public testing::TestWithParam<std::string> {};

TEST_P(ErrorsTest, RefusedAtTheRightPlace) {
  const CaseFile file = ReadCases(GetParam());
  const auto refused = ReadRefused(GetParam());
  const std::set<std::string> accepted = ReadAccepted();
  std::string texts;
  for (const Case& wrong : file.cases) {
    SqlSession session({1, 8192});
    DiagnosticList setup;
    session.Compile(file.setup, &setup);
    ASSERT_FALSE(setup.has_errors()) << RenderText(setup, nullptr);
    DiagnosticList found;
    session.Compile(wrong.text, &found);
    if (accepted.contains(GetParam() + "/" + wrong.name)) {
      EXPECT_FALSE(found.has_errors()) << wrong.name << ": take it off accepted.txt";
    } else if (refused.at(wrong.name)) {
      EXPECT_TRUE(found.has_errors()) << wrong.name << " is accepted:\n" << wrong.text;
    }
    for (const Diagnostic& entry : found.entries()) {
      if (entry.severity != Severity::kError) continue;
      EXPECT_TRUE(entry.has_span) << wrong.name << ": " << entry.message;
      EXPECT_LT(entry.span.begin, entry.span.end) << wrong.name << ": " << entry.message;
    }
    const SourceText source(GetParam(), wrong.text);
    std::string text = found.has_errors() ? RenderText(found, &source) : "accepted\n";
    texts += "-- case " + wrong.name + "\n" + text + (text.ends_with("\n") ? "" : "\n");
  }
  const std::string path = std::string(kTexts) + "/" + GetParam() + ".txt";
  if (std::getenv("UPDATE") != nullptr) {
    std::ofstream(path, std::ios::binary) << texts;
  }
  EXPECT_EQ(ReadTextFile(path), texts) << "UPDATE=1 rewrites " << path;
}

INSTANTIATE_TEST_SUITE_P(Errors, ErrorsTest, testing::ValuesIn(FindCases(kCases, ".cases")),
                         [](const auto& info) { return CaseName(info.param); });

}  // namespace
}  // namespace millrace
