// SPDX-License-Identifier: Apache-2.0
// Tokens: kinds, values, places, and what the lexer itself reports.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sql/keywords.h"
#include "sql/parse/token.h"

namespace millrace::sql {
namespace {

using Kind = TokenKind;

std::vector<std::pair<Kind, std::string>> Lex(std::string_view text) {
  DiagnosticList diagnostics;
  std::vector<std::pair<Kind, std::string>> result;
  for (const Token& token : Tokenize(text, 0, &diagnostics)) {
    if (token.kind != Kind::kEnd) result.emplace_back(token.kind, token.value);
  }
  EXPECT_FALSE(diagnostics.has_errors()) << text;
  return result;
}

Diagnostic LexError(std::string_view text) {
  DiagnosticList diagnostics;
  Tokenize(text, 0, &diagnostics);
  if (!diagnostics.has_errors()) {
    ADD_FAILURE() << "no error: " << text;
    return {};
  }
  return diagnostics.entries()[0];
}

using Tokens = std::vector<std::pair<Kind, std::string>>;

TEST(LexerTest, Words) {
  EXPECT_EQ(Lex("select Foo _a a1 a$b"), (Tokens{{Kind::kWord, "SELECT"},
                                                 {Kind::kWord, "FOO"},
                                                 {Kind::kWord, "_A"},
                                                 {Kind::kWord, "A1"},
                                                 {Kind::kWord, "A$B"}}));
  EXPECT_EQ(Lex("`a b` `x``y`"),
            (Tokens{{Kind::kQuotedIdentifier, "a b"}, {Kind::kQuotedIdentifier, "x`y"}}));
  EXPECT_EQ(Lex("größe"), (Tokens{{Kind::kWord, "GRößE"}}));
}

TEST(LexerTest, Numbers) {
  EXPECT_EQ(Lex("1 1.5 .5 1. 1e3 1.5E-3 1e"), (Tokens{{Kind::kInteger, "1"},
                                                      {Kind::kDecimal, "1.5"},
                                                      {Kind::kDecimal, ".5"},
                                                      {Kind::kDecimal, "1."},
                                                      {Kind::kDouble, "1E3"},
                                                      {Kind::kDouble, "1.5E-3"},
                                                      {Kind::kInteger, "1"},
                                                      {Kind::kWord, "E"}}));
}

TEST(LexerTest, Texts) {
  EXPECT_EQ(Lex("'it''s' X'0aFf' N'a' E'a\\n\\u0041' U&'\\00e9'"), (Tokens{{Kind::kString, "it's"},
                                                                           {Kind::kBinary, "0AFF"},
                                                                           {Kind::kString, "a"},
                                                                           {Kind::kString, "a\nA"},
                                                                           {Kind::kString, "é"}}));
  EXPECT_EQ(Lex("'a\nb'"), (Tokens{{Kind::kString, "a\nb"}}));
}

TEST(LexerTest, CommentsAndHints) {
  EXPECT_EQ(Lex("a -- b\n c /* d ' */ e // f"),
            (Tokens{{Kind::kWord, "A"}, {Kind::kWord, "C"}, {Kind::kWord, "E"}}));
  EXPECT_EQ(Lex("/*+ A */ 2*/* x */3"), (Tokens{{Kind::kHintStart, "/*+"},
                                                {Kind::kWord, "A"},
                                                {Kind::kHintEnd, "*/"},
                                                {Kind::kInteger, "2"},
                                                {Kind::kSymbol, "*"},
                                                {Kind::kInteger, "3"}}));
}

TEST(LexerTest, Symbols) {
  std::string joined;
  for (const auto& [kind, value] : Lex("a<>b<=c>=d||e=>f::g!=h==i>>j")) joined += value + " ";
  EXPECT_EQ(joined, "A <> B <= C >= D || E => F :: G != H == I > > J ");
}

TEST(LexerTest, PlacesAreBytes) {
  DiagnosticList diagnostics;
  std::vector<Token> tokens = Tokenize("é = 'x'", 10, &diagnostics);
  ASSERT_EQ(tokens.size(), 4u);
  EXPECT_EQ(tokens[0].span, (Span{10, 12}));
  EXPECT_EQ(tokens[2].span, (Span{15, 18}));
  EXPECT_EQ(tokens[3].span, (Span{18, 18}));
}

TEST(LexerTest, Errors) {
  EXPECT_EQ(LexError("a 'b\nc").code, "MR0103");
  EXPECT_EQ(LexError("a 'b\nc").span, (Span{2, 4}));
  EXPECT_EQ(LexError("a 'b\nc").labels.size(), 1u);
  EXPECT_EQ(LexError("a `b").code, "MR0103");
  EXPECT_EQ(LexError("a /* b").code, "MR0103");
  EXPECT_EQ(LexError("a /* b").span, (Span{2, 6}));
  EXPECT_EQ(LexError("a @ b").code, "MR0104");
  EXPECT_EQ(LexError("a\xC2\xA0"
                     "b")
                .try_text,
            " ");
  EXPECT_EQ(LexError("‘abc’").try_text, "'abc'");
  EXPECT_EQ(LexError("a – b").try_text, "-");
  EXPECT_EQ(LexError("\xFF\xFE").code, "MR0104");
  EXPECT_EQ(LexError("X'0g'").code, "MR0114");
  EXPECT_EQ(LexError("``").code, "MR0104");
}

TEST(LexerTest, ALaterUnclosedTextPointsBackToTheOneThatSpansLines) {
  Diagnostic diagnostic = LexError("SELECT 'a\nFROM t WHERE x = 'b'");
  ASSERT_EQ(diagnostic.labels.size(), 2u);
  EXPECT_EQ(diagnostic.labels[1].span, (Span{7, 8}));
}

TEST(KeywordsTest, Reserved) {
  for (const char* word : {"VALUE", "METHOD", "RESULT", "ONE", "PREV", "REF", "BOTH", "TABLE"}) {
    EXPECT_TRUE(IsReservedWord(word)) << word;
  }
  for (const char* word : {"NAME", "TYPE", "DATA", "MODEL", "SIZE", "STATE", "VERSION", "KEY"}) {
    EXPECT_FALSE(IsReservedWord(word)) << word;
  }
  EXPECT_TRUE(IsReservedFunction("COUNT"));
  EXPECT_FALSE(IsReservedFunction("SELECT"));
  EXPECT_TRUE(IsNiladicFunction("CURRENT_TIMESTAMP"));
}

TEST(KeywordsTest, EditDistance) {
  EXPECT_EQ(EditDistance("FORM", "FROM"), 1);
  EXPECT_EQ(EditDistance("SELCT", "SELECT"), 1);
  EXPECT_EQ(EditDistance("", "ABC"), 3);
  EXPECT_EQ(EditDistance("GRUOP", "GROUP"), 1);
  EXPECT_EQ(EditDistance("KITTEN", "SITTING"), 3);
}

TEST(KeywordsTest, NearestKeyword) {
  std::vector<std::string_view> words = {"FOR", "FROM", "WHERE", "WITH", "ORDER"};
  EXPECT_EQ(NearestKeyword("FORM", words), "FROM");
  EXPECT_EQ(NearestKeyword("WEHRE", words), "WHERE");
  EXPECT_EQ(NearestKeyword("WIHT", words), "WITH");
  EXPECT_EQ(NearestKeyword("PAYMENTS", words), "");
  EXPECT_EQ(NearestKeyword("X", words), "");
}

}  // namespace
}  // namespace millrace::sql
