// SPDX-License-Identifier: Apache-2.0
#include "formats/json/decoder.h"

#include <gtest/gtest.h>

#include "data/row_format.h"
#include "formats/json/json_format.h"
#include "support/decoded_text.h"

namespace millrace {
namespace {

/// Decodes lines and shows each row, error and skip as text.
std::vector<std::string> DecodeLines(const Schema& schema, std::string text,
                                     std::map<std::string, OptionValue> values = {}) {
  const auto format = MakeJsonFormat();
  const Options options(format->options(), std::move(values));
  auto decoder = format->MakeDecoder(schema, options);
  EXPECT_TRUE(decoder.has_value());
  const Decoded decoded = DecodeWhole(decoder->get(), std::move(text));
  std::vector<std::string> shown;
  for (const auto& column : decoded.batch.columns) {
    EXPECT_EQ(column->length(), decoded.batch.num_rows);
    EXPECT_TRUE(column->ValidateFull().ok()) << column->ValidateFull().ToString();
  }
  EXPECT_EQ(decoded.record_of_row.size(), static_cast<size_t>(decoded.batch.num_rows));
  for (int64_t row = 0; row < decoded.batch.num_rows; ++row) {
    shown.push_back(FormatRow(schema, decoded.batch, row));
  }
  for (const DecodeError& error : decoded.errors) {
    shown.push_back(std::to_string(error.record) + ": " + error.reason);
  }
  if (decoded.skipped > 0) shown.push_back("skipped " + std::to_string(decoded.skipped));
  return shown;
}

using Lines = std::vector<std::string>;

Schema Basic() {
  return Schema({{"id", DataType::Int()},
                 {"d", DataType::Double()},
                 {"b", DataType::Boolean()},
                 {"s", DataType::String()},
                 {"n", DataType::Decimal(5, 1)}});
}

TEST(JsonDecoderTest, ReadsFieldsInAnyOrderAndFillsMissingOnes) {
  EXPECT_EQ(DecodeLines(Basic(),
                        "{\"id\":1,\"d\":1.5,\"b\":true,\"s\":\"x\",\"n\":2.25}\n"
                        "{\"s\": \"y\" , \"id\" : 2}\n"
                        "{}\n"),
            (Lines{"+I[1, 1.5, true, x, 2.3]", "+I[2, null, null, y, null]",
                   "+I[null, null, null, null, null]"}));
}

// What each line gives was taken from Flink 2.3.
TEST(JsonDecoderTest, IsAsLenientAsFlink) {
  const Lines rows =
      DecodeLines(Basic(), R"({"id":"2","d":"1.5","b":"yes","s":1.50,"n":1})"
                           "\n"
                           R"({"id":2.7,"d":1,"b":1,"s":{"a": 1, "b":[1, 2.50]},"n":1})"
                           "\n"
                           R"({"id":" 3 ","d":" 2.5 ","b":" TRUE ","s":true,"n":"1.55"})"
                           "\n"
                           R"({"id":null,"d":"NaN","b":null,"s":null,"n":123456789012})"
                           "\n"
                           R"({"id":4,"id":5,"d":"Infinity","n":1e2,"x":{"y":[1,{"z":2}]}})"
                           "\n"
                           R"({"i\u0064":7,"d":1e400,"s":"a\u00e9\n\/"})"
                           "\n"
                           R"({"id":"+2","d":-0,"s":"\ud800\ud83d\ude00"})"
                           "\n"
                           R"([{"id":1},{"id":2}])"
                           "\n"
                           R"({"id":9} xyz)"
                           "\n");
  EXPECT_EQ(
      rows,
      (Lines{"+I[2, 1.5, false, 1.50, 1.0]", "+I[2, 1.0, false, {\"a\":1,\"b\":[1,2.5]}, 1.0]",
             "+I[3, 2.5, true, true, 1.6]", "+I[null, NaN, null, null, null]",
             "+I[5, Infinity, null, null, 100.0]", "+I[7, Infinity, null, a\xC3\xA9\n/, null]",
             "+I[2, -0.0, null, ?\xF0\x9F\x98\x80, null]", "+I[1, null, null, null, null]",
             "+I[2, null, null, null, null]", "+I[9, null, null, null, null]"}));
}

TEST(JsonDecoderTest, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(
      DecodeLines(Basic(),
                  "{\"id\":true}\n"
                  "{\"id\":3000000000}\n"
                  "{\"d\":1, \"n\":\"abc\"}\n"
                  "{\"id\":01}\n"
                  "{\"id\":1,}\n"
                  "{\"id\":1\n"
                  "null\n"
                  "{\"id\":10}\n"
                  "{\"d\":NaN}\n"),
      (Lines{"+I[10, null, null, null, null]", "0: field 'id': expected INT, found true at byte 6",
             "1: field 'id': expected INT, found 3000000000 at byte 6",
             "2: field 'n': expected DECIMAL(5, 1), found \"abc\" at byte 12",
             "3: not JSON: expected a number, found 01 at byte 6",
             "4: not JSON: expected a field name in double quotes, found } at byte 8",
             "5: not JSON: expected ',' or '}', found the end of the record at byte 7",
             "6: not JSON: expected an object, found null at byte 0",
             "8: field 'd': expected DOUBLE, found NaN at byte 5"}));
}

TEST(JsonDecoderTest, BadRecordsDoNotSpoilTheirNeighbours) {
  EXPECT_EQ(DecodeLines(Basic(),
                        "{\"s\":\"unclosed}\n"
                        "{\"s\":\"raw\ttab\"}\n"
                        "{\"s\":\"\xFF\"}\n"
                        "\n"
                        "{\"s\":\"good\"}\r\n"),
            (Lines{"+I[null, null, null, raw\ttab, null]", "+I[null, null, null, good, null]",
                   "0: not JSON: expected a closed string, found \"unclosed} at byte 5",
                   "2: invalid UTF-8 at byte 6", "skipped 1"}));
}

TEST(JsonDecoderTest, WhatFollowsTheValueMattersToNoRecord) {
  const Lines expected = {"+I[1, null, null, null, null]", "+I[2, null, null, null, null]"};
  EXPECT_EQ(DecodeLines(Basic(), "{\"id\":1} \"open\n{\"id\":2}\n"), expected);
  EXPECT_EQ(DecodeLines(Basic(), "{\"id\":1}\n{\"id\":2} \"open\n"), expected);
}

TEST(JsonDecoderTest, FramedRecordsWithoutDelimitersStayApart) {
  const std::string text =
      "{\"s\":\"a}{\"s\":\"b\"}{\"s\":\"c\"}" + std::string(kDecodePadding, '\0');
  JsonDecoder decoder(Basic(), {});
  const RecordSlice records[] = {{0, 8}, {8, 9}, {17, 9}};
  const auto decoded = decoder.Decode({text.data(), 26}, records);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->batch.num_rows, 2);
  EXPECT_EQ(decoded->record_of_row, (std::vector<uint32_t>{1, 2}));
  ASSERT_EQ(decoded->errors.size(), 1u);
  EXPECT_EQ(decoded->errors[0].record, 0u);
}

TEST(JsonDecoderTest, IgnoresErrorsByFieldAndByRecord) {
  EXPECT_EQ(DecodeLines(Schema({{"id", DataType::Int()},
                                {"a", DataType::Array(DataType::Int())},
                                {"r", DataType::Row({{"x", DataType::Int()}})}}),
                        "{\"id\":\"z\",\"a\":[1,\"q\",3],\"r\":{\"x\":\"w\"}}\n"
                        "junk\n"
                        "{\"id\":1,\"a\":{},\"r\":[]}\n",
                        {{"ignore-parse-errors", {"true"}}}),
            (Lines{"+I[null, [1, null, 3], +I[null]]", "+I[1, null, null]", "skipped 1"}));
}

TEST(JsonDecoderTest, FailsOnMissingFieldsWhenTold) {
  EXPECT_EQ(
      DecodeLines(Schema({{"id", DataType::Int()}, {"x", DataType::Int()}}),
                  "{\"id\":1}\n{\"id\":2,\"x\":null}\n", {{"fail-on-missing-field", {"true"}}}),
      (Lines{"+I[2, null]", "0: field 'x' is missing"}));
}

TEST(JsonDecoderTest, ReadsNestedValues) {
  const Schema schema(
      {{"r", DataType::Row({{"a", DataType::Int()}, {"b", DataType::Array(DataType::String())}})},
       {"m", DataType::Map(DataType::String(), DataType::Int())}});
  EXPECT_EQ(DecodeLines(schema,
                        "{\"r\":{\"b\":[\"x\",null,\"y\"],\"a\":1},\"m\":{\"k\":1,\"j\":null}}\n"
                        "{\"r\":null,\"m\":{\"k\":1,\"k\":2}}\n"
                        "{\"m\":{}, \"r\":{}}\n"
                        "{\"r\":{\"b\":[1,[2]]}, \"m\":{\"k\":\"v\"}}\n"
                        "{\"m\":{\"a\":1}, \"r\":{\"b\":[]}}\n"),
            (Lines{"+I[+I[1, [x, null, y]], {k=1, j=null}]", "+I[null, {k=2}]",
                   "+I[+I[null, null], {}]", "+I[+I[null, []], {a=1}]",
                   "3: field 'm['k']': expected INT, found \"v\" at byte 29"}));
}

TEST(JsonDecoderTest, ReadsTimesInBothStandards) {
  const Schema schema({{"ts", DataType::Timestamp(3)},
                       {"l", DataType::TimestampLtz(3)},
                       {"d", DataType::Date()},
                       {"t", DataType::Time(3)}});
  EXPECT_EQ(
      DecodeLines(schema,
                  "{\"ts\":\"2024-01-02 03:04:05.6789\",\"l\":\"2024-01-02 03:04:05.123Z\"}\n"
                  "{\"ts\":\"2024-01-02T03:04\",\"l\":\"2024-01-02T03:04:05+01:00\"}\n"
                  "{\"ts\":\"2023-02-29 24:00:00\",\"d\":\"2024-01-02\",\"t\":\"03:04:05.678\"}\n"
                  "{\"l\":\"2024-01-02 03:04:05\"}\n"
                  "{\"d\":\"2023-02-29\"}\n"),
      (Lines{"+I[2024-01-02T03:04:05.678, 2024-01-02T03:04:05.123Z, null, null]",
             "+I[2024-01-02T03:04, 2024-01-02T02:04:05Z, null, null]",
             "+I[2023-03-01T00:00, null, 2024-01-02, 03:04:05.678]",
             "3: field 'l': expected TIMESTAMP_LTZ(3) with a zone such as 2024-01-01 00:00:00Z, "
             "found \"2024-01-02 03:04:05\" at byte 5",
             "4: field 'd': expected DATE, found \"2023-02-29\" at byte 5"}));
}

TEST(JsonDecoderTest, KeepsLongIntegersExact) {
  const Schema schema({{"b", DataType::BigInt()}, {"t", DataType::TinyInt()}});
  EXPECT_EQ(DecodeLines(schema,
                        "{\"b\":9223372036854775807,\"t\":-128}\n"
                        "{\"b\":-9223372036854775808}\n"
                        "{\"b\":9007199254740993}\n"
                        "{\"b\":1e3}\n"
                        "{\"b\":9223372036854775808}\n"
                        "{\"t\":1.5}\n"
                        "{\"t\":128}\n"),
            (Lines{"+I[9223372036854775807, -128]", "+I[-9223372036854775808, null]",
                   "+I[9007199254740993, null]", "+I[1000, null]",
                   "4: field 'b': expected BIGINT, found 9223372036854775808 at byte 5",
                   "5: field 't': expected TINYINT, found 1.5 at byte 5",
                   "6: field 't': expected TINYINT, found 128 at byte 5"}));
}

TEST(JsonDecoderTest, BoundsNesting) {
  const std::string deep = "{\"x\":" + std::string(100000, '[') + "\n{\"id\":1}\n";
  EXPECT_EQ(DecodeLines(Basic(), deep), (Lines{"+I[1, null, null, null, null]",
                                               "0: nested deeper than 1000 levels at byte 1004"}));
}

TEST(JsonDecoderTest, FramesOnlyWholeLinesUntilTheEnd) {
  JsonDecoder decoder(Basic(), {});
  std::vector<RecordSlice> records;
  EXPECT_EQ(decoder.Frame("{}\n{}\n{\"i", false, &records), 6u);
  EXPECT_EQ(records.size(), 2u);
  records.clear();
  EXPECT_EQ(decoder.Frame("{\"id\":1}", true, &records), 8u);
  EXPECT_EQ(records.size(), 1u);
}

}  // namespace
}  // namespace millrace
