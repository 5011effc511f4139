// SPDX-License-Identifier: Apache-2.0
#include "formats/json/change_format.h"

#include <gtest/gtest.h>

#include "data/row_format.h"
#include "support/decoded_text.h"

namespace millrace {
namespace {

using Lines = std::vector<std::string>;
using Values = std::map<std::string, OptionValue>;

Schema Rows() {
  return Schema({{"id", DataType::Int()}, {"tags", DataType::Array(DataType::String())}});
}

Decoded DecodeText(const Format& format, std::string text, Values values) {
  auto decoder = format.MakeDecoder(Rows(), Options(format.options(), std::move(values)));
  EXPECT_TRUE(decoder.has_value());
  return DecodeWhole(decoder->get(), std::move(text));
}

/// Rows with the record they come from, then errors and skips.
Lines Show(const Decoded& decoded) {
  Lines shown;
  for (int64_t row = 0; row < decoded.batch.num_rows; ++row) {
    shown.push_back(std::to_string(decoded.record_of_row[static_cast<size_t>(row)]) + " " +
                    FormatRow(Rows(), decoded.batch, row));
  }
  for (const DecodeError& error : decoded.errors) {
    shown.push_back(std::to_string(error.record) + ": " + error.reason);
  }
  if (decoded.skipped > 0) shown.push_back("skipped " + std::to_string(decoded.skipped));
  return shown;
}

Lines Debezium(std::string text, Values values = {}) {
  return Show(DecodeText(*MakeDebeziumJsonFormat(), std::move(text), std::move(values)));
}

TEST(ChangeFormatTest, AnUpdateIsTwoRows) {
  EXPECT_EQ(
      Debezium(R"({"before":null,"after":{"id":1,"tags":["a"]},"op":"c"})"
               "\n"
               R"({"op":"u","after":{"id":2},"before":{"id":1,"tags":["a"]},"ts_ms":5})"
               "\n"
               R"({"before":{"id":2,"tags":null},"after":null,"op":"d"})"
               "\n"
               R"({"after":{"id":3,"tags":[]},"op":"r"})"),
      (Lines{"0 +I[1, [a]]", "1 -U[1, [a]]", "1 +U[2, null]", "2 -D[2, null]", "3 +I[3, []]"}));
}

TEST(ChangeFormatTest, InsertsAloneHaveNoKinds) {
  const Decoded decoded =
      DecodeText(*MakeDebeziumJsonFormat(), R"({"after":{"id":1},"op":"c"})", {});
  EXPECT_EQ(decoded.batch.kinds, nullptr);
  EXPECT_EQ(decoded.batch.num_rows, 1);
}

TEST(ChangeFormatTest, SaysWhatARecordLacks) {
  const std::string bad = R"({"after":{"id":1},"op":"x"})"
                          "\n"
                          R"({"after":{"id":1}})"
                          "\n"
                          R"({"after":{"id":7},"op":"c"})"
                          "\n"
                          R"({"after":{"id":1},"op":"u"})"
                          "\n"
                          R"({"before":null,"op":"d"})"
                          "\n"
                          R"({"before":{"id":1},"op":"u"})"
                          "\n"
                          R"({"op":"c"})"
                          "\n"
                          R"({"after":{"id":true},"op":"c"})";
  const std::string hint = " (PostgreSQL writes it with REPLICA IDENTITY FULL)";
  EXPECT_EQ(Debezium(bad),
            (Lines{"2 +I[7, null]", "0: field 'op': unknown code 'x'", "1: no field 'op'",
                   "3: an update without 'before'" + hint, "4: a delete without 'before'" + hint,
                   "5: an update without 'after'", "6: an insert without 'after'",
                   "7: field 'after.id': expected INT, found true at byte 15"}));
  EXPECT_EQ(Debezium(bad, {{"ignore-parse-errors", {"true"}}}),
            (Lines{"2 +I[7, null]", "7 +I[null, null]", "skipped 6"}));
}

TEST(ChangeFormatTest, AChangeMayComeWithItsSchema) {
  EXPECT_EQ(Debezium(R"({"schema":{},"payload":{"after":{"id":1},"op":"c"}})"
                     "\n"
                     R"({"after":{"id":1},"op":"c"})",
                     {{"schema-include", {"true"}}}),
            (Lines{"0 +I[1, null]", "1: no field 'payload'"}));
}

TEST(ChangeFormatTest, GoldenGateHasItsOwnCodes) {
  EXPECT_EQ(Show(DecodeText(*MakeOggJsonFormat(),
                            R"({"table":"T","op_type":"I","after":{"id":1}})"
                            "\n"
                            R"({"op_type":"T"})"
                            "\n"
                            R"({"op_type":"U","before":{"id":1},"after":{"id":2}})"
                            "\n"
                            R"({"op_type":"D","before":{"id":2}})",
                            {})),
            (Lines{"0 +I[1, null]", "2 -U[1, null]", "2 +U[2, null]", "3 -D[2, null]"}));
}

std::string Encoded(const Format& format, const Batch& batch, Values values) {
  auto encoder = format.MakeEncoder(Rows(), Options(format.options(), std::move(values)));
  EXPECT_TRUE(encoder.has_value());
  std::string out;
  std::vector<size_t> ends;
  EXPECT_TRUE((*encoder)->Encode(batch, &out, &ends).has_value());
  std::string lines;
  for (size_t i = 0; i < ends.size(); ++i) {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    lines += out.substr(begin, ends[i] - begin) + "\n";
  }
  return lines;
}

TEST(ChangeFormatTest, AnUpdateIsWrittenAsADeleteAndAnInsert) {
  const Batch batch = DecodeText(*MakeDebeziumJsonFormat(),
                                 R"({"after":{"id":1},"op":"c"})"
                                 "\n"
                                 R"({"before":{"id":1},"after":{"id":2,"tags":["x"]},"op":"u"})",
                                 {})
                          .batch;
  EXPECT_EQ(Encoded(*MakeDebeziumJsonFormat(), batch, {}),
            R"({"before":null,"after":{"id":1,"tags":null},"op":"c"})"
            "\n"
            R"({"before":{"id":1,"tags":null},"after":null,"op":"d"})"
            "\n"
            R"({"before":null,"after":{"id":2,"tags":["x"]},"op":"c"})"
            "\n");
  EXPECT_EQ(Encoded(*MakeOggJsonFormat(), batch, {{"encode.ignore-null-fields", {"true"}}}),
            R"({"after":{"id":1},"op_type":"I"})"
            "\n"
            R"({"before":{"id":1},"op_type":"D"})"
            "\n"
            R"({"after":{"id":2,"tags":["x"]},"op_type":"I"})"
            "\n");
}

TEST(ChangeFormatTest, SchemasAreNotWritten) {
  const auto format = MakeDebeziumJsonFormat();
  const Options options(format->options(), {{"schema-include", {"true"}}});
  EXPECT_TRUE(format->CheckSchema(Rows(), options, /*for_write=*/false).has_value());
  EXPECT_FALSE(format->CheckSchema(Rows(), options, /*for_write=*/true).has_value());
}

}  // namespace
}  // namespace millrace
