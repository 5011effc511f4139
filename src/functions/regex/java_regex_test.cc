// SPDX-License-Identifier: Apache-2.0
// The same matches through RE2 and through ICU, and the patterns that only one of them has.
// Expected results are those of Flink's REGEXP functions.
#include "functions/regex/java_regex.h"

#include <gtest/gtest.h>

#include "functions/regex/java_pattern.h"

namespace millrace {
namespace {

std::string All(std::string_view pattern, std::string_view text) {
  const auto regex = JavaRegex::Compile(pattern);
  if (regex == nullptr) return "invalid";
  regex->SetText(text);
  std::string found;
  RegexOutcome outcome;
  while ((outcome = regex->FindNext()) == RegexOutcome::kFound) {
    const RegexGroup& group = regex->groups()[0];
    found += "<" + std::string(text.substr(group.begin, group.end - group.begin)) + ">";
  }
  return outcome == RegexOutcome::kGaveUp ? "gave up" : found;
}

TEST(JavaRegexTest, FindsAllMatchesLikeJava) {
  EXPECT_EQ(All("aa", "aaaa"), "<aa><aa>");
  EXPECT_EQ(All("x|", "x"), "<x><>");
  EXPECT_EQ(All("", "abc"), "<><><><>");
  EXPECT_EQ(All("a*?b", "aaab"), "<aaab>");
  EXPECT_EQ(All("(?=ab)", "abab"), "<><>");
  EXPECT_EQ(All("(a)\\1", "aab"), "<aa>");
  EXPECT_EQ(All("(?<=o)b", "foobar"), "<b>");
  EXPECT_EQ(All("a++", "aaa"), "<aaa>");
  EXPECT_EQ(All("[a-b&&[b]]", "abc"), "<b>");
}

TEST(JavaRegexTest, ClassesAreAscii) {
  EXPECT_EQ(All("\\w+", "ab12é"), "<ab12>");
  EXPECT_EQ(All("\\d+", "12٣"), "<12>");
  EXPECT_EQ(All("\\p{Digit}+", "a1b22"), "<1><22>");
  EXPECT_EQ(All("[\\w-]+", "a-b c"), "<a-b><c>");
  EXPECT_EQ(All("[^\\s]+", "a\tb"), "<a><b>");
  EXPECT_EQ(All("[\\D]", "1a"), "<a>");
}

TEST(JavaRegexTest, LineTerminatorsAreJavas) {
  EXPECT_EQ(All("a.b", "a\nb a-b"), "<a-b>");
  EXPECT_EQ(All("a.b", "a\rb"), "");
  EXPECT_EQ(All("b$", "ab\n"), "<b>");
  EXPECT_EQ(All("(?s)a.b", "a\nb"), "<a\nb>");
  EXPECT_EQ(All("\\bé", "héllo é"), "<é>");
}

TEST(JavaRegexTest, PositionsBehindWideCharactersAreBytes) {
  EXPECT_EQ(All("(?<=😀).", "a😀éb"), "<é>");
  EXPECT_EQ(All("é", "😀é"), "<é>");
}

TEST(JavaRegexTest, WrongPatternsAreInvalid) {
  for (const char* pattern : {"(", "[", "a\\", "\\y", "*a", "[b-a]", "(?<n", "\\p{", "a{2"}) {
    EXPECT_EQ(All(pattern, "a"), "invalid") << pattern;
  }
}

TEST(JavaRegexTest, AnExplodingPatternGivesUp) {
  // The look-ahead keeps it away from RE2, which would answer at once.
  const std::string text(40, 'a');
  EXPECT_EQ(All("(?=a)(a|aa|a?)+$!", text), "gave up");
  EXPECT_EQ(All("(a|aa)+!", text), "");
}

TEST(JavaRegexTest, OrdinaryPatternsRunInRe2) {
  EXPECT_FALSE(TranslateJavaPattern("foo(.*?)[0-9]+$").needs_icu);
  EXPECT_TRUE(TranslateJavaPattern("(?!x)").needs_icu);
  EXPECT_TRUE(TranslateJavaPattern("(.)\\1").needs_icu);
  EXPECT_TRUE(TranslateJavaPattern("a.b").line_sensitive);
}

TEST(JavaRegexTest, QuotedTextIsLiteral) { EXPECT_EQ(All("\\Qa.b\\E+", "a.bb axb"), "<a.bb>"); }

}  // namespace
}  // namespace millrace
