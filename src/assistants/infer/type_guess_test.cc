// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/type_guess.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

/// The type of a field whose values are the elements of a JSON array.
std::string TypeOf(std::string_view array) {
  size_t at = 0;
  const auto values = ReadSampleValue(array, &at);
  EXPECT_TRUE(values.has_value()) << array;
  EXPECT_EQ(at, array.size());
  TypeGuess guess;
  for (const SampleValue& value : values->items) guess.Add(value);
  return guess.type().ToString();
}

TEST(TypeGuessTest, Scalars) {
  EXPECT_EQ(TypeOf("[true, null, false]"), "BOOLEAN");
  EXPECT_EQ(TypeOf("[1, -9223372036854775808]"), "BIGINT");
  EXPECT_EQ(TypeOf("[1, 9223372036854775808]"), "DECIMAL(38, 0)");
  EXPECT_EQ(TypeOf("[1, 2.5]"), "DOUBLE");
  EXPECT_EQ(TypeOf("[1e3]"), "DOUBLE");
  EXPECT_EQ(TypeOf("[null]"), "STRING");
  EXPECT_EQ(TypeOf("[]"), "STRING");
  EXPECT_EQ(TypeOf("[1, \"a\"]"), "STRING");
}

TEST(TypeGuessTest, DecimalsWhereDigitsWouldBeLostOrAreWrittenOut) {
  EXPECT_EQ(TypeOf("[12.50, 3.99, 100.00]"), "DECIMAL(18, 2)");
  EXPECT_EQ(TypeOf("[12.5, 3.99]"), "DOUBLE");
  EXPECT_EQ(TypeOf("[12.51, 3.99]"), "DOUBLE");
  EXPECT_EQ(TypeOf("[0.8444218515250481]"), "DOUBLE");
  EXPECT_EQ(TypeOf("[1234567890123456789.25]"), "DECIMAL(21, 2)");
}

TEST(TypeGuessTest, Times) {
  EXPECT_EQ(TypeOf(R"(["2024-05-01 10:00:00", "2024-05-01 10:00:00.12"])"), "TIMESTAMP(3)");
  EXPECT_EQ(TypeOf(R"(["2024-05-01T10:00:00.123456"])"), "TIMESTAMP(6)");
  EXPECT_EQ(TypeOf(R"(["2024-05-01T10:00:00Z", "2024-05-01 10:00:00+02:00"])"), "TIMESTAMP_LTZ(3)");
  EXPECT_EQ(TypeOf(R"(["2024-05-01", "2024-12-31"])"), "DATE");
  EXPECT_EQ(TypeOf(R"(["10:00:00"])"), "TIME(0)");
  EXPECT_EQ(TypeOf(R"(["2024-05-01", "2024-05-01 10:00:00"])"), "STRING");
  EXPECT_EQ(TypeOf(R"(["2024-05-01 10:00:00", "soon"])"), "STRING");
  EXPECT_EQ(TypeOf(R"(["2024-13-01"])"), "STRING");
  EXPECT_EQ(TypeOf(R"(["2024-05-01 25:00:00"])"), "STRING");
}

TEST(TypeGuessTest, Nested) {
  EXPECT_EQ(TypeOf("[[1, 2], [], [2.5]]"), "ARRAY<DOUBLE>");
  EXPECT_EQ(TypeOf(R"([{"a": 1}, {"b": ["x"], "a": null}])"), "ROW<`a` BIGINT, `b` ARRAY<STRING>>");
  EXPECT_EQ(TypeOf("[{}]"), "MAP<STRING NOT NULL, STRING>");
  EXPECT_EQ(TypeOf(R"([{"a": 1}, "x"])"), "STRING");
}

TEST(TypeGuessTest, AFieldWithoutANameIsNoColumn) {
  EXPECT_EQ(TypeOf(R"([{"": 1}])"), "MAP<STRING NOT NULL, BIGINT>");
  EXPECT_EQ(TypeOf(R"([{"": 1, "a": 2}])"), "ROW<`a` BIGINT>");
}

TEST(TypeGuessTest, ObjectsWithManyRareKeysAreMaps) {
  std::string text = "[";
  for (int i = 0; i < 20; ++i) {
    text += (i > 0 ? ", " : "") + std::string("{\"k") + std::to_string(i) + "\": 1.5}";
  }
  EXPECT_EQ(TypeOf(text + "]"), "MAP<STRING NOT NULL, DOUBLE>");
}

TEST(SampleValueTest, ReadsEscapesAndRefusesWhatIsNotJson) {
  size_t at = 0;
  const auto text = ReadSampleValue(R"("a\n\u00e9\ud83d\ude00\"")", &at);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(text->text, "a\né😀\"");
  for (const char* bad :
       {"{", "[1,]", "{\"a\"}", "\"a", "-", "1.", "1e", "tru", "\"\\x\"", "\"\xff\"", ""}) {
    at = 0;
    EXPECT_FALSE(ReadSampleValue(bad, &at).has_value()) << bad;
  }
  at = 0;
  EXPECT_FALSE(ReadSampleValue(std::string(100000, '['), &at).has_value());
}

}  // namespace
}  // namespace millrace
