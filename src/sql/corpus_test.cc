// SPDX-License-Identifier: Apache-2.0
// Statements with the verdict of Flink's parser (testdata/README.md), and the round trip: what is
// printed parses to the same tree, and prints the same again.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sql/ast/equal.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace millrace::sql {
namespace {

std::vector<std::string> ReadStatements(const std::string& name) {
  std::ifstream file("src/sql/testdata/" + name);  // tests run in the root of the repository
  std::stringstream content;
  content << file.rdbuf();
  std::string text = content.str();
  std::vector<std::string> statements;
  static constexpr std::string_view kSeparator = "\n----\n";
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find(kSeparator, at);
    if (end == std::string::npos) end = text.size();
    statements.push_back(text.substr(at, end - at));
    at = end + kSeparator.size();
  }
  return statements;
}

void ExpectRoundTrip(const std::string& text) {
  DiagnosticList diagnostics;
  ParsedScript script = ParseScript(text, &diagnostics);
  ASSERT_FALSE(diagnostics.has_errors()) << text << "\n" << diagnostics.entries()[0].message;
  for (const StatementPtr& statement : script.statements) {
    std::string printed = Print(*statement);
    DiagnosticList again;
    StatementPtr second = ParseStatement(printed, &again);
    ASSERT_NE(second, nullptr) << printed << "\n" << again.entries()[0].message;
    EXPECT_TRUE(Equal(*statement, *second)) << text << "\n" << printed;
    EXPECT_EQ(Print(*second), printed);
  }
}

TEST(CorpusTest, WhatFlinkAcceptsRoundTrips) {
  std::vector<std::string> statements = ReadStatements("both_accept.sql");
  EXPECT_GE(statements.size(), 380u);
  for (const std::string& text : statements) ExpectRoundTrip(text);
}

TEST(CorpusTest, WhatFlinkRefusesIsRefused) {
  std::vector<std::string> statements = ReadStatements("both_refuse.sql");
  EXPECT_GE(statements.size(), 120u);
  for (const std::string& text : statements) {
    DiagnosticList diagnostics;
    ParseScript(text, &diagnostics);
    EXPECT_TRUE(diagnostics.has_errors()) << text;
  }
}

TEST(CorpusTest, WhereWeAcceptMore) {
  for (const std::string& text : ReadStatements("we_accept_more.sql")) ExpectRoundTrip(text);
}

TEST(CorpusTest, WhereFlinkAcceptsMore) {
  for (const std::string& text : ReadStatements("flink_accepts_more.sql")) {
    DiagnosticList diagnostics;
    ParseScript(text, &diagnostics);
    EXPECT_TRUE(diagnostics.has_errors()) << text;
  }
}

TEST(CorpusTest, TreesOfTheGreatestHeightRoundTrip) {
  std::string sum = "SELECT 1";
  std::string unions = "SELECT 1";
  for (int i = 0; i < 980; ++i) sum += " + 1";
  for (int i = 0; i < 980; ++i) unions += " UNION ALL SELECT 1";
  ExpectRoundTrip(sum);
  ExpectRoundTrip(unions);
  ExpectRoundTrip("SELECT " + std::string(180, '(') + "1 + 2" + std::string(180, ')'));
}

TEST(CorpusTest, EveryErrorHasACodeAndAPlaceInTheText) {
  for (const char* name : {"both_refuse.sql", "flink_accepts_more.sql"}) {
    for (const std::string& text : ReadStatements(name)) {
      DiagnosticList diagnostics;
      ParseScript(text, &diagnostics);
      for (const Diagnostic& diagnostic : diagnostics.entries()) {
        EXPECT_TRUE(diagnostic.code.starts_with("MR01")) << text;
        EXPECT_TRUE(diagnostic.has_span) << text;
        EXPECT_LE(diagnostic.span.begin, diagnostic.span.end) << text;
        EXPECT_LE(diagnostic.span.end, text.size()) << text;
        EXPECT_FALSE(diagnostic.message.empty()) << text;
      }
    }
  }
}

TEST(CorpusTest, EveryPrefixOfAStatementEndsWithoutACrash) {
  for (const std::string& text : ReadStatements("both_accept.sql")) {
    for (size_t size = 0; size < text.size(); size += 3) {
      DiagnosticList diagnostics;
      ParseScript(text.substr(0, size), &diagnostics);
    }
  }
}

}  // namespace
}  // namespace millrace::sql
