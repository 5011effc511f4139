// SPDX-License-Identifier: Apache-2.0
// Expected lines were written by Flink 2.3 for the same rows.
#include "formats/json/encoder.h"

#include <arrow/array/array_base.h>
#include <gtest/gtest.h>

#include "formats/json/decoder.h"

namespace millrace {
namespace {

Batch DecodeText(const Schema& schema, std::string text) {
  JsonDecoder decoder(schema, {});
  const size_t size = text.size();
  text.append(kDecodePadding, '\0');
  std::vector<RecordSlice> records;
  decoder.Frame({text.data(), size}, true, &records);
  auto decoded = decoder.Decode({text.data(), size}, records);
  EXPECT_TRUE(decoded.has_value() && decoded->errors.empty());
  return decoded->batch;
}

/// Decodes the lines and encodes them again.
std::string RoundTrip(const Schema& schema, const std::string& text,
                      const JsonEncodeSettings& settings = {}) {
  JsonEncoder encoder(schema, settings);
  std::string out;
  std::vector<size_t> ends;
  EXPECT_TRUE(encoder.Encode(DecodeText(schema, text), &out, &ends).has_value());
  std::string lines;
  size_t begin = 0;
  for (const size_t end : ends) {
    lines += out.substr(begin, end - begin) + "\n";
    begin = end;
  }
  return lines;
}

TEST(JsonEncoderTest, WritesScalarsAsFlink) {
  const Schema schema({{"a", DataType::Decimal(10, 2)},
                       {"b", DataType::Double()},
                       {"c", DataType::Float()},
                       {"t", DataType::Time(3)},
                       {"ts", DataType::Timestamp(3)},
                       {"ts6", DataType::Timestamp(6)},
                       {"l", DataType::TimestampLtz(3)},
                       {"d", DataType::Date()},
                       {"y", DataType::Bytes()},
                       {"bo", DataType::Boolean()},
                       {"iv", DataType::Int()}});
  const std::string lines =
      "{\"a\":1.5,\"b\":1.0E7,\"c\":1.1,\"t\":\"10:11:12.345\",\"ts\":\"2024-01-02 03:04:05.12\","
      "\"ts6\":\"2024-01-02 03:04:00\",\"l\":\"2024-01-02 03:04:05.001Z\",\"d\":\"2024-01-02\","
      "\"y\":\"AQL/\",\"bo\":true,\"iv\":null}\n"
      "{\"a\":1E+2,\"b\":2.0E-310,\"c\":3.4E38,\"t\":\"10:11:00\",\"ts\":\"2024-01-02 03:04:00\","
      "\"ts6\":\"2024-01-02 03:04:05.123456\",\"l\":\"2024-01-02 03:04:00Z\",\"d\":\"9999-12-31\","
      "\"y\":\"\",\"bo\":false,\"iv\":5}\n"
      "{\"a\":0,\"b\":1.0E-5,\"c\":1.0E-5,\"t\":\"00:00:00\",\"ts\":\"0001-01-02 03:04:05.1\","
      "\"ts6\":\"1969-12-31 23:59:59.999999\",\"l\":\"1969-12-31 "
      "23:59:59.999Z\",\"d\":\"0001-01-01\","
      "\"y\":\"AA==\",\"bo\":null,\"iv\":7}\n"
      "{\"a\":-1.23456E+7,\"b\":\"NaN\",\"c\":\"-Infinity\",\"t\":\"23:59:59\","
      "\"ts\":\"2024-01-02 03:04:05\",\"ts6\":\"2024-01-02 03:04:05.1\",\"l\":\"1970-01-01 "
      "00:00:00Z\","
      "\"d\":\"1970-01-01\",\"y\":\"QUI=\",\"bo\":true,\"iv\":8}\n";
  EXPECT_EQ(RoundTrip(schema, lines), lines);
}

TEST(JsonEncoderTest, EscapesAsJackson) {
  const Schema schema({{"s", DataType::String()}});
  const std::string line =
      "{\"s\":\"a\\\"\\\\\\t\\u0001/\xC3\xA9\xE2\x80\xA8<>&'\\uD83D\\uDE00\x7F\"}\n";
  EXPECT_EQ(RoundTrip(schema, line), line);
}

TEST(JsonEncoderTest, WritesNestedValues) {
  const Schema schema({{"ar", DataType::Array(DataType::Int())},
                       {"m", DataType::Map(DataType::String(), DataType::Int())},
                       {"r", DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}})}});
  const std::string lines =
      "{\"ar\":[1,2],\"m\":{\"k\":1},\"r\":{\"x\":1,\"y\":\"z\"}}\n"
      "{\"ar\":null,\"m\":{\"k\":null},\"r\":null}\n"
      "{\"ar\":[null],\"m\":null,\"r\":{\"x\":null,\"y\":\"q\"}}\n"
      "{\"ar\":[],\"m\":{},\"r\":{\"x\":1,\"y\":null}}\n";
  EXPECT_EQ(RoundTrip(schema, lines), lines);
}

TEST(JsonEncoderTest, HonoursItsOptions) {
  const Schema schema({{"a", DataType::Decimal(10, 2)},
                       {"s", DataType::String()},
                       {"ts", DataType::Timestamp(3)},
                       {"l", DataType::TimestampLtz(3)},
                       {"r", DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}})}});
  EXPECT_EQ(RoundTrip(schema,
                      "{\"a\":100,\"ts\":\"2024-01-02 03:04:00\",\"l\":\"2024-01-02 03:04:00Z\","
                      "\"r\":{\"x\":1}}\n{}\n",
                      {.iso_timestamps = true, .plain_decimals = true, .ignore_null_fields = true}),
            "{\"a\":100.00,\"ts\":\"2024-01-02T03:04:00\",\"l\":\"2024-01-02T03:04:00Z\","
            "\"r\":{\"x\":1}}\n{}\n");
}

TEST(JsonEncoderTest, ReadsSlicedColumns) {
  const Schema schema({{"b", DataType::Boolean()},
                       {"d", DataType::Decimal(5, 1)},
                       {"a", DataType::Array(DataType::String())}});
  const Batch batch = DecodeText(
      schema, "{\"b\":true,\"d\":1,\"a\":[\"x\"]}\n{\"b\":false,\"d\":2.5,\"a\":[\"y\",\"z\"]}\n");
  std::string out;
  std::vector<size_t> ends;
  ASSERT_TRUE(JsonEncoder(schema, {}).Encode(batch.Slice(1, 1), &out, &ends).has_value());
  EXPECT_EQ(out, "{\"b\":false,\"d\":2.5,\"a\":[\"y\",\"z\"]}");
}

}  // namespace
}  // namespace millrace
