// SPDX-License-Identifier: Apache-2.0
// Documents and paths; expected results are Flink's.
#include <gtest/gtest.h>

#include "functions/json/json_node.h"
#include "functions/json/json_path.h"

namespace millrace {
namespace {

std::string Again(std::string_view text) {
  const auto node = ParseJson(text);
  if (!node.has_value()) return "invalid";
  std::string out;
  AppendJson(*node, &out);
  return out;
}

std::string Look(std::string_view document, std::string_view path) {
  const JsonPath compiled = JsonPath::Compile(path);
  if (compiled.unsupported()) return "unsupported";
  const JsonPath::Found found = compiled.Find(*ParseJson(document));
  if (!found.error.empty()) return "error";
  if (!found.value.has_value()) return "nothing";
  std::string out;
  AppendJson(*found.value, &out);
  return out;
}

TEST(JsonNodeTest, NumbersPrintLikeBigDecimal) {
  EXPECT_EQ(Again("[1e5, 1.10, 0.00000001, -0, 12345678901234567890]"),
            "[1E+5,1.10,1E-8,0,12345678901234567890]");
  EXPECT_EQ(Again("[100e2, 0e5, 12.3e-2, 123456.789e3, -0.0, 1e400]"),
            "[1.00E+4,0E+5,0.123,123456789,0.0,1E+400]");
}

TEST(JsonNodeTest, NamesSortByUtf16AndTheLastOfEqualNamesStays) {
  EXPECT_EQ(Again(R"({"é":1,"z":2,"A":3,"😀":4,"ﬀ":5})"), R"({"A":3,"z":2,"é":1,"😀":4,"ﬀ":5})");
  EXPECT_EQ(Again(R"({"a":1,"b":0,"a":2})"), R"({"a":2,"b":0})");
}

TEST(JsonNodeTest, StringsAreUnescapedAndEscaped) {
  EXPECT_EQ(Again(R"(["\u00e9\n\"\/\u0001\ud83d\ude00"])"), "[\"é\\n\\\"/\\u0001😀\"]");
  EXPECT_EQ(Again(R"(["\ud83d"])"), "[\"?\"]");
}

TEST(JsonNodeTest, OnlyTheFirstValueIsRead) {
  EXPECT_EQ(Again("{} x"), "{}");
  EXPECT_EQ(Again("1 2"), "1");
  for (const char* text :
       {"", " ", "1x", "truex", "nul", "01", ".5", "1.", "+1", "-", "[1,]", "NaN", "{'a':1}",
        "{\"a\":1", "\"\\x\"", "\"a", "\"\n\"", "{\"a\" 1}", "1e"}) {
    EXPECT_EQ(Again(text), "invalid") << text;
  }
}

TEST(JsonNodeTest, DepthIsBounded) {
  const std::string deep(900, '[');
  EXPECT_EQ(Again(deep + std::string(900, ']')), deep + std::string(900, ']'));
  EXPECT_EQ(Again(std::string(1000000, '[')), "invalid");
}

TEST(JsonPathTest, DefinitePathsGiveOneValueOrAnError) {
  EXPECT_EQ(Look(R"({"a":{"b":[{"c":5}]}})", "$.a.b[0].c"), "5");
  EXPECT_EQ(Look("[1,2,3]", "$[-1]"), "3");
  EXPECT_EQ(Look(R"({"a b":1})", "$['a b']"), "1");
  EXPECT_EQ(Look(R"({"a":1})", "a"), "1");
  EXPECT_EQ(Look(R"({"a":1})", "$.a "), "1");
  EXPECT_EQ(Look(R"({"a'b":1})", R"($['a\'b'])"), "1");
  EXPECT_EQ(Look(R"({"a":1,"b":2,"c":3})", "$['a','c']"), R"({"a":1,"c":3})");
  EXPECT_EQ(Look(R"({"a":1})", "$.b"), "error");
  EXPECT_EQ(Look(R"({"a":1})", "lax $.b"), "nothing");
  EXPECT_EQ(Look(R"({"a":1})", " STRICT  $.b"), "error");
  EXPECT_EQ(Look("[1]", "$[1]"), "error");
  EXPECT_EQ(Look(R"({"a":5})", "$.a[0]"), "error");
}

TEST(JsonPathTest, IndefinitePathsGiveAnArray) {
  EXPECT_EQ(Look(R"([{"c":5},{"c":6},{}])", "$[*].c"), "[5,6]");
  EXPECT_EQ(Look("[]", "$[*].c"), "[]");
  EXPECT_EQ(Look(R"({"a":{"b":1},"c":{"b":2}})", "$..b"), "[1,2]");
  EXPECT_EQ(Look("[1,[2,[3]]]", "$..*"), "[1,[2,[3]],2,[3],3]");
  EXPECT_EQ(Look("[1,2,3,4,5]", "$[1:3]"), "[2,3]");
  EXPECT_EQ(Look("[1,2,3,4,5]", "$[:2]"), "[1,2]");
  EXPECT_EQ(Look("[1,2,3,4,5]", "$[-2:]"), "[4,5]");
  EXPECT_EQ(Look("[1,2,3,4,5]", "$[0,2]"), "[1,3]");
  EXPECT_EQ(Look(R"({"a":5})", "$.a[*]"), "[]");
  EXPECT_EQ(Look(R"({"a":5})", "$.*"), "[5]");
}

TEST(JsonPathTest, FiltersKeepWhatFits) {
  EXPECT_EQ(Look(R"([{"a":1},{"a":3}])", "$[?(@.a > 2)]"), R"([{"a":3}])");
  EXPECT_EQ(Look(R"([{"a":"x"},{"a":"y"}])", "$[?(@.a == 'x')].a"), R"(["x"])");
  EXPECT_EQ(Look("[1,2,3,\"3\",null]", "$[?(@ >= 2 && !(@ == 3))]"), "[2]");
  EXPECT_EQ(Look(R"([{"a":1},{"b":3}])", "$[?(@.b)]"), R"([{"b":3}])");
  EXPECT_EQ(Look(R"({"l":2,"v":[1,2,3]})", "$.v[?(@ > $.l || @ == 1)]"), "[1,3]");
  EXPECT_EQ(Look("[1,2,3]", "$.length()"), "3");
}

TEST(JsonPathTest, WrongPathsAreErrors) {
  for (const char* path : {"", "$.", "$a", "$[a]", "$[", "$..", "lax $.", "foo $.a", "$['a", "$[:]",
                           "$[1,]", "$...a"}) {
    EXPECT_EQ(Look(R"({"a":1})", path), "error") << path;
  }
  EXPECT_EQ(Look("[1]", "$.min()"), "unsupported");
  EXPECT_EQ(Look("[1]", "$[?(@ in [1])]"), "unsupported");
  EXPECT_EQ(Look("[1]", "$..[?(@ > 1)]"), "unsupported");
}

}  // namespace
}  // namespace millrace
