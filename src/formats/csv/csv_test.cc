// SPDX-License-Identifier: Apache-2.0
// What each line gives, and how values are written, was taken from Flink 2.3.
#include <gtest/gtest.h>

#include "data/row_format.h"
#include "formats/csv/csv_format.h"
#include "formats/csv/decoder.h"
#include "support/decoded_text.h"

namespace millrace {
namespace {

using Lines = std::vector<std::string>;
using Values = std::map<std::string, OptionValue>;

Decoded DecodeText(const Schema& schema, std::string text, const Values& values) {
  const auto format = MakeCsvFormat();
  auto decoder = format->MakeDecoder(schema, Options(format->options(), values));
  EXPECT_TRUE(decoder.has_value());
  Decoded decoded = DecodeWhole(decoder->get(), std::move(text));
  for (const auto& column : decoded.batch.columns) {
    EXPECT_TRUE(column->ValidateFull().ok()) << column->ValidateFull().ToString();
  }
  return decoded;
}

Lines Decode(const Schema& schema, const std::string& text, const Values& values = {}) {
  const Decoded decoded = DecodeText(schema, text, values);
  Lines shown;
  for (int64_t row = 0; row < decoded.batch.num_rows; ++row) {
    shown.push_back(FormatRow(schema, decoded.batch, row));
  }
  for (const DecodeError& error : decoded.errors) {
    shown.push_back(std::to_string(error.record) + ": " + error.reason);
  }
  if (decoded.skipped > 0) shown.push_back("skipped " + std::to_string(decoded.skipped));
  return shown;
}

/// Decodes `text` and encodes the rows again.
std::string Encode(const Schema& schema, const std::string& text, const Values& values = {},
                   const Values& decode_values = {}) {
  const Decoded decoded = DecodeText(schema, text, decode_values);
  EXPECT_TRUE(decoded.errors.empty());
  const auto format = MakeCsvFormat();
  auto encoder = format->MakeEncoder(schema, Options(format->options(), values));
  EXPECT_TRUE(encoder.has_value());
  std::string out;
  std::vector<size_t> ends;
  EXPECT_TRUE((*encoder)->Encode(decoded.batch, &out, &ends).has_value());
  std::string lines;
  size_t begin = 0;
  for (const size_t end : ends) {
    lines += out.substr(begin, end - begin) + "\n";
    begin = end;
  }
  return lines;
}

Schema Three() {
  return Schema({{"id", DataType::Int()}, {"s", DataType::String()}, {"b", DataType::Bytes()}});
}
Schema Two() { return Schema({{"a", DataType::String()}, {"b", DataType::Int()}}); }

TEST(CsvDecoderTest, TakesLinesApart) {
  EXPECT_EQ(Decode(Three(),
                   "1,abc,AQI=\r\n"
                   "1,abc,AQI=,\n"
                   "1,\"a\nb\",AQI=\n"
                   "1,\"a\"\"b\",AQI=\n"
                   " 1 , abc ,AQI=\n"
                   "1, \"abc\" ,AQI=\n"
                   "1,a\"b\"c,AQI=\n"
                   "1,,\n"
                   "\"1\",\"a\" ,\n"
                   "+1,'a',"),
            (Lines{"+I[1, abc, [1, 2]]", "+I[1, abc, [1, 2]]", "+I[1, a\nb, [1, 2]]",
                   "+I[1, a\"b, [1, 2]]", "+I[1,  abc , [1, 2]]", "+I[1,  \"abc\" , [1, 2]]",
                   "+I[1, a\"b\"c, [1, 2]]", "+I[1, , []]", "+I[1, a, []]", "+I[1, 'a', []]"}));
}

TEST(CsvDecoderTest, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(
      Decode(Three(),
             "1,abc\n"
             "1,abc,AQI=,x\n"
             "x,a,\n"
             "1,\"abc\"x,AQI=\n"
             "1,abc,AQ I\n"
             "\n"
             "1,\xFF,\n"
             "7,good,\n"
             "1,\"never closed,\n"
             "8,good,\n"),
      (Lines{"+I[7, good, []]", "+I[8, good, []]", "0: expected 3 fields, found 2",
             "1: expected 3 fields, found 4", "2: field 'id': expected INT, found \"x\" at byte 0",
             "3: expected ',' or the end of the line behind a closing quote at byte 7",
             "4: field 'b': expected BYTES in base64, found \"AQ I\" at byte 6",
             "5: field 'id': expected INT, found \"\" at byte 0", "6: invalid UTF-8",
             "8: the quote at byte 2 is not closed"}));
}

TEST(CsvDecoderTest, ConvertsAsFlink) {
  const Schema schema({{"d", DataType::Double()},
                       {"b", DataType::Boolean()},
                       {"n", DataType::Decimal(5, 2)},
                       {"dt", DataType::Date()},
                       {"t", DataType::Time(3)},
                       {"ts", DataType::Timestamp(3)},
                       {"l", DataType::TimestampLtz(3)}});
  EXPECT_EQ(Decode(schema,
                   "1.5,true,1.555,2024-01-02,03:04:05.678,2024-01-02 03:04:05.678,"
                   "2024-01-02 03:04:05Z\n"
                   " 1.5 , TRUE ,1e2,2024-1-2,03:04, 2024-01-02 03:04:05 ,2024-01-02T03:04:05Z\n"
                   "NaN,x,10000.5,2023-02-29,03:04:05,2023-02-29 03:04:05,"
                   "2024-01-02 03:04:05.1+01:00\n"
                   "1,true, 1.5,2024-01-02,03:04:05,2024-01-02 03:04:05,2024-01-02 03:04:05Z\n"),
            (Lines{"+I[1.5, true, 1.56, 2024-01-02, 03:04:05.678, 2024-01-02T03:04:05.678, "
                   "2024-01-02T03:04:05Z]",
                   "+I[1.5, true, 100.00, 2024-01-02, 03:04, 2024-01-02T03:04:05, "
                   "2024-01-02T03:04:05Z]",
                   "+I[NaN, false, null, 2023-03-01, 03:04:05, 2023-02-28T03:04:05, "
                   "2024-01-02T02:04:05.100Z]",
                   "3: field 'n': expected DECIMAL(5, 2), found \" 1.5\" at byte 7"}));
}

TEST(CsvDecoderTest, KnowsEscapesNullsCommentsAndTrimming) {
  const Schema texts({{"a", DataType::String()}, {"b", DataType::String()}});
  EXPECT_EQ(
      Decode(texts, "a\\,b,c\na\\nb,c\n\"a\\\"b\",c\na\\x\\\\,c\n", {{"escape-character", {"\\"}}}),
      (Lines{"+I[a,b, c]", "+I[a\nb, c]", "+I[a\"b, c]", "+I[ax\\, c]"}));
  EXPECT_EQ(Decode(Two(), "NUL,NUL\n\"NUL\",\"NUL\"\n,1\n", {{"null-literal", {"NUL"}}}),
            (Lines{"+I[null, null]", "+I[null, null]", "+I[, 1]"}));
  EXPECT_EQ(Decode(Two(), "#x\na,1\n #x,1\n\n", {{"allow-comments", {"true"}}}),
            (Lines{"+I[a, 1]", "skipped 3"}));
  EXPECT_EQ(Decode(Two(), " a , 1 \n \" a \" ,1\n", {{"trim-spaces", {"true"}}}),
            (Lines{"+I[a, 1]", "+I[ a , 1]"}));
  EXPECT_EQ(Decode(texts, "a\tb\na\tb,c\n", {{"field-delimiter", {"\\t"}}}),
            (Lines{"+I[a, b]", "+I[a, b,c]"}));
  EXPECT_EQ(Decode(texts, "\"a\",\"b\"\n", {{"disable-quote-character", {"true"}}}),
            (Lines{"+I[\"a\", \"b\"]"}));
  EXPECT_EQ(Decode(Two(), "'a,b',1\n'a''b',1\n\"a\",1\n", {{"quote-character", {"'"}}}),
            (Lines{"+I[a,b, 1]", "+I[a'b, 1]", "+I[\"a\", 1]"}));
  EXPECT_EQ(Decode(Two(), ",1\n", {{"empty-string-as-null", {"true"}}}), (Lines{"+I[null, 1]"}));
  EXPECT_EQ(Decode(Two(), "a,1,2,3\n", {{"ignore-trailing-unmappable", {"true"}}}),
            (Lines{"+I[a, 1]"}));
  EXPECT_EQ(Decode(Two(), "a,1,\n", {{"allow-trailing-comma", {"false"}}}),
            (Lines{"0: expected 2 fields, found 3"}));
}

TEST(CsvDecoderTest, IgnoresErrorsByFieldAndByRecord) {
  const Schema schema({{"a", DataType::String()}, {"b", DataType::Int()}, {"c", DataType::Int()}});
  EXPECT_EQ(Decode(schema, "a,x,1\na,1\na,1,2,3\n\n\"a\"x,1,2\n,,\n",
                   {{"ignore-parse-errors", {"true"}}}),
            (Lines{"+I[a, null, 1]", "+I[a, 1, null]", "+I[, null, null]", "+I[, null, null]",
                   "skipped 2"}));
}

TEST(CsvDecoderTest, ReadsArraysAndRows) {
  const Schema schema({{"ar", DataType::Array(DataType::Int())},
                       {"r", DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}})}});
  EXPECT_EQ(Decode(schema, "1;2,5;z\n,\n\"1;2\",\"5;z\"\n1;;2,5;z\n1,5\n"),
            (Lines{"+I[[1, 2], +I[5, z]]", "+I[[], null]", "+I[[1, 2], +I[5, z]]",
                   "3: field 'ar': expected ARRAY<INT>, found \"1;;2\" at byte 0",
                   "4: field 'r': expected ROW<`x` INT, `y` STRING>, found \"5\" at byte 2"}));
}

TEST(CsvDecoderTest, OneStrayQuoteDoesNotHoldTheFileBack) {
  CsvDecoder decoder(Two(), {});
  std::string text = "a,1\n\"b,2\n";
  std::vector<RecordSlice> records;
  EXPECT_EQ(decoder.Frame(text, false, &records), 4u);
  for (size_t i = 0; i < CsvDecoder::kMaxQuotedRecord; i += 4) text += "c,3\n";
  records.clear();
  EXPECT_EQ(decoder.Frame(text, false, &records), text.size());
  EXPECT_GT(records.size(), 1000u);
}

TEST(CsvEncoderTest, QuotesByJacksonsLooseRule) {
  const Schema schema({{"s", DataType::String()}, {"e", DataType::String()}});
  const std::string lines =
      "\"a,b\",x\na;b,x\n\" a\",x\n,x\n\"a\nb\",x\n\"#x\",x\n\"a'b\",x\n\xC3\xA9,x\n\"a\\b\",x\n"
      "a-b,x\n2024:01,x\na_b.c/d,x\n\"!$%\",x\n\"+*()\",x\n"
      "\"aaaaaaaaaaaaaaaaaaaaaaaaa\",aaaaaaaaaaaaaaaaaaaaaaaa\n\"@[]^`{}~|=?<>&\",\n\"a\"\"b\",x\n";
  EXPECT_EQ(Encode(schema, lines), lines);
  EXPECT_EQ(Encode(schema, "\"a,b\",x y\nabc,#\n\"a\"\"b\",!\n", {{"field-delimiter", {"\\t"}}}),
            "a,b\t\"x y\"\nabc\t#\n\"a\"\"b\"\t\"!\"\n");
  EXPECT_EQ(Encode(schema, "\"a,b\"\"c\",x\n", {{"disable-quote-character", {"true"}}}),
            "a,b\"c,x\n");
}

TEST(CsvEncoderTest, WritesValuesAsFlink) {
  const Schema schema({{"a", DataType::Decimal(10, 2)},
                       {"b", DataType::Double()},
                       {"t", DataType::Time(3)},
                       {"ts", DataType::Timestamp(3)},
                       {"l", DataType::TimestampLtz(3)},
                       {"d", DataType::Date()},
                       {"y", DataType::Bytes()},
                       {"bo", DataType::Boolean()},
                       {"ar", DataType::Array(DataType::Int())},
                       {"r", DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}})}});
  const std::string lines =
      "1.5,1.0E7,10:11:12.345,\"2024-01-02 03:04:05.12\",\"2024-01-02 03:04:05.001Z\",2024-01-02,"
      "AQL/,true,1;2,1;z\n"
      "1E+2,1.0E-4,10:11:00,\"2024-01-02 03:04:00\",\"2024-01-02 03:04:00Z\",9999-12-31,"
      ",false,,\n";
  EXPECT_EQ(Encode(schema, lines), lines);
}

TEST(CsvEncoderTest, WritesNullLiteralsAndEscapes) {
  const Schema schema({{"s", DataType::String()},
                       {"n", DataType::Int()},
                       {"ar", DataType::Array(DataType::String())}});
  const Values options = {{"field-delimiter", {"|"}},
                          {"null-literal", {"NUL"}},
                          {"escape-character", {"\\"}},
                          {"array-element-delimiter", {"#"}}};
  EXPECT_EQ(Encode(schema, "a,1,x;y\n<null>,<null>,\n\"a\"\"b\\c\",2,<null>;\nNUL,3,<null>\n",
                   options, {{"null-literal", {"<null>"}}, {"empty-string-as-null", {"true"}}}),
            "\"a\"|1|\"x#y\"\nNUL|NUL|NUL\n\"a\"\"b\\\\c\"|2|\"NUL#\"\n\"NUL\"|3|\"NUL\"\n");
}

TEST(CsvFormatTest, RefusesWhatCsvCannotCarry) {
  const auto format = MakeCsvFormat();
  const Options options(format->options(), {});
  const Schema map({{"m", DataType::Map(DataType::String(), DataType::Int())}});
  EXPECT_EQ(format->CheckSchema(map, options, false).error().code, "MR0505");
  const Options wide(format->options(), {{"field-delimiter", {"ab"}}});
  EXPECT_EQ(format->CheckSchema(Two(), wide, false).error().code, "MR0503");
}

}  // namespace
}  // namespace millrace
