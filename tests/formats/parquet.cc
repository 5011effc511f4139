// SPDX-License-Identifier: Apache-2.0
// File formats: what is written reads back, by any columns, from any row.
#include <arrow/array/array_base.h>
#include <arrow/io/memory.h>
#include <gtest/gtest.h>

#include "data/row_format.h"
#include "formats/format.h"

namespace millrace {
namespace {

class ParquetTest : public testing::Test {
 protected:
  ParquetTest() {
    RegisterBuiltinFormats(&registry_);
    parquet_ = registry_.Find("parquet");
  }

  /// Rows made from JSON lines.
  Batch FromJson(const Schema& schema, std::string text) {
    const Format* json = registry_.Find("json");
    auto decoder = json->MakeDecoder(schema, Options(json->options(), {}));
    const size_t size = text.size();
    text.append(kDecodePadding, '\0');
    std::vector<RecordSlice> records;
    (*decoder)->Frame({text.data(), size}, true, &records);
    auto decoded = (*decoder)->Decode({text.data(), size}, records);
    EXPECT_TRUE(decoded->errors.empty());
    return decoded->batch;
  }

  std::shared_ptr<arrow::Buffer> Write(const Schema& schema, const std::vector<Batch>& batches,
                                       std::map<std::string, OptionValue> values = {}) {
    const Options options(parquet_->options(), std::move(values));
    EXPECT_TRUE(parquet_->CheckSchema(schema, options, true).has_value());
    auto stream = *arrow::io::BufferOutputStream::Create();
    auto writer = parquet_->MakeFileWriter(stream, schema, options);
    EXPECT_TRUE(writer.has_value());
    for (const Batch& batch : batches) EXPECT_TRUE((*writer)->Write(batch).has_value());
    EXPECT_GT((*writer)->bytes_written(), 0u);
    EXPECT_TRUE((*writer)->Finish().has_value());
    return *stream->Finish();
  }

  std::vector<std::string> Read(const Schema& schema, const std::shared_ptr<arrow::Buffer>& file,
                                uint64_t from = 0) {
    auto reader = parquet_->MakeFileReader(std::make_shared<arrow::io::BufferReader>(file), schema,
                                           Options(parquet_->options(), {}));
    if (!reader) return {reader.error().message};
    if (from > 0) EXPECT_TRUE((*reader)->SeekToRow(from).has_value());
    std::vector<std::string> rows;
    while (true) {
      const auto batch = (*reader)->Next();
      EXPECT_TRUE(batch.has_value());
      if (!batch || batch->num_rows == 0) return rows;
      EXPECT_LE(batch->num_rows, kMaxBatchRows);
      for (size_t i = 0; i < schema.size(); ++i) {
        EXPECT_TRUE(batch->columns[i]->type()->Equals(*schema[i].type.ToArrow()));
      }
      for (int64_t row = 0; row < batch->num_rows; ++row) {
        rows.push_back(FormatRow(schema, *batch, row));
      }
    }
  }

  FormatRegistry registry_;
  const Format* parquet_ = nullptr;
};

Schema WideParquet() {
  return Schema({{"i", DataType::Int()},
                 {"ti", DataType::TinyInt()},
                 {"s", DataType::String()},
                 {"d", DataType::Double()},
                 {"b", DataType::Boolean()},
                 {"n", DataType::Decimal(20, 3)},
                 {"ts", DataType::Timestamp(3)},
                 {"l", DataType::TimestampLtz(6)},
                 {"dt", DataType::Date()},
                 {"t", DataType::Time(3)},
                 {"y", DataType::Bytes()},
                 {"a", DataType::Array(DataType::Int())},
                 {"m", DataType::Map(DataType::String(), DataType::Int())},
                 {"r", DataType::Row({{"p", DataType::String()}, {"q", DataType::Int()}})}});
}

constexpr const char* kParquetLines =
    "{\"i\":1,\"ti\":2,\"s\":\"x\",\"d\":1.5,\"b\":true,\"n\":1.5,\"ts\":\"2024-01-02 03:04:05.1\","
    "\"l\":\"2024-01-02 03:04:05.123456Z\",\"dt\":\"2024-01-02\",\"t\":\"01:02:03\",\"y\":\"AQI=\","
    "\"a\":[1,null],\"m\":{\"k\":1},\"r\":{\"p\":\"z\",\"q\":3}}\n"
    "{}\n"
    "{\"i\":-1,\"r\":{},\"a\":[],\"m\":{}}\n";

TEST_F(ParquetTest, WhatIsWrittenReadsBack) {
  const Batch batch = FromJson(WideParquet(), kParquetLines);
  std::vector<std::string> expected;
  for (int64_t row = 0; row < 3; ++row) expected.push_back(FormatRow(WideParquet(), batch, row));
  for (const char* codec : {"SNAPPY", "ZSTD", "GZIP", "UNCOMPRESSED"}) {
    EXPECT_EQ(Read(WideParquet(), Write(WideParquet(), {batch}, {{"compression", {codec}}})),
              expected)
        << codec;
  }
}

TEST_F(ParquetTest, ReadsTheColumnsThatAreAskedFor) {
  const auto file = Write(WideParquet(), {FromJson(WideParquet(), kParquetLines)});
  EXPECT_EQ(
      Read(
          Schema(
              {{"s", DataType::String()}, {"nothing", DataType::Int()}, {"i", DataType::BigInt()}}),
          file),
      (std::vector<std::string>{"+I[x, null, 1]", "+I[null, null, null]", "+I[null, null, -1]"}));
  EXPECT_EQ(Read(Schema({{"r", DataType::Row({{"p", DataType::String()}, {"q", DataType::Int()}})},
                         {"ti", DataType::TinyInt()}}),
                 file)[0],
            "+I[+I[z, 3], 2]");
}

TEST_F(ParquetTest, ContinuesAtAnyRow) {
  const Schema schema({{"i", DataType::Int()}});
  std::vector<Batch> batches;
  std::vector<std::string> expected;
  for (int batch = 0; batch < 40; ++batch) {
    std::string lines;
    for (int i = 0; i < 500; ++i) {
      lines += "{\"i\":" + std::to_string(batch * 500 + i) + "}\n";
      expected.push_back("+I[" + std::to_string(batch * 500 + i) + "]");
    }
    batches.push_back(FromJson(schema, lines));
  }
  const auto file = Write(schema, batches, {{"block.size", {"10 kb"}}});
  for (const uint64_t from : {0u, 1u, 499u, 5000u, 12345u, 19999u, 20000u}) {
    EXPECT_EQ(Read(schema, file, from),
              std::vector<std::string>(expected.begin() + static_cast<long>(from), expected.end()));
  }
}

TEST_F(ParquetTest, RefusesWhatItCannotRead) {
  const auto file = Write(WideParquet(), {FromJson(WideParquet(), kParquetLines)});
  EXPECT_EQ(Read(Schema({{"s", DataType::Array(DataType::Int())}}), file)[0],
            "column 's' of the parquet file is string");
  EXPECT_EQ(Read(Schema({{"zzz", DataType::Int()}}), file)[0],
            "the parquet file has none of the table's columns");
  EXPECT_EQ(Read(WideParquet(), arrow::Buffer::FromString("PAR1 junk PAR1"))[0],
            "a parquet file cannot be read");
  const Options options(parquet_->options(), {});
  EXPECT_EQ(parquet_->CheckSchema(Schema({{"i", DataType::IntervalDayTime()}}), options, true)
                .error()
                .code,
            "MR0505");
}

}  // namespace
}  // namespace millrace
