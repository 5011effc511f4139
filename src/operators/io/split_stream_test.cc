// SPDX-License-Identifier: Apache-2.0
// Framing across chunks, positions, dead letters and oversized records, with a format that reads
// one integer per line.
#include "operators/io/split_stream.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <charconv>

#include "operators/io/row_pacer.h"

namespace millrace {
namespace {

const Schema kSchema({{"n", DataType::BigInt()}});

class IntegerDecoder final : public RecordDecoder {
 public:
  size_t Frame(std::string_view bytes, bool at_end, std::vector<RecordSlice>* records) override {
    size_t begin = 0;
    for (size_t end = bytes.find('\n'); end != std::string_view::npos;
         end = bytes.find('\n', begin)) {
      records->push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end - begin)});
      begin = end + 1;
    }
    if (at_end && begin < bytes.size()) {
      records->push_back(
          {static_cast<uint32_t>(begin), static_cast<uint32_t>(bytes.size() - begin)});
      begin = bytes.size();
    }
    return begin;
  }
  Result<Decoded> Decode(std::string_view bytes, std::span<const RecordSlice> records) override {
    Decoded decoded;
    arrow::Int64Builder builder;
    for (uint32_t i = 0; i < records.size(); ++i) {
      const std::string_view text = bytes.substr(records[i].offset, records[i].length);
      int64_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc()) {
        decoded.errors.push_back({i, "no number"});
        continue;
      }
      EXPECT_TRUE(builder.Append(value).ok());
    }
    decoded.batch.columns = {builder.Finish().ValueOrDie()};
    decoded.batch.num_rows = decoded.batch.columns[0]->length();
    return decoded;
  }
};

/// Serves a text in chunks of `chunk` bytes.
class TextSource final : public Source {
 public:
  TextSource(std::string text, size_t chunk) : text_(std::move(text)), chunk_(chunk) {}
  bool bounded() const override { return true; }
  Result<std::vector<Split>> Discover() override { return std::vector<Split>{{"text"}}; }
  Result<std::unique_ptr<SplitReader>> Open(const Split&) override {
    return std::make_unique<Reader>(this);
  }

 private:
  class Reader final : public SplitReader {
   public:
    explicit Reader(const TextSource* source) : source_(source) {}
    Status Seek(std::string_view position) override {
      at_ = std::stoul(std::string(position));
      return OkStatus();
    }
    Result<ReadResult> Read(int64_t) override {
      ReadResult result;
      if (at_ >= source_->text_.size()) {
        result.kind = ReadResult::Kind::kEnd;
        return result;
      }
      auto bytes = std::make_shared<std::string>(source_->text_.substr(at_, source_->chunk_));
      bytes->reserve(bytes->size() + kDecodePadding);
      RawChunk chunk{.bytes = bytes, .offset = at_};
      at_ += bytes->size();
      result.kind = ReadResult::Kind::kData;
      result.data = std::move(chunk);
      return result;
    }
    std::string Position() const override { return std::to_string(at_); }
    std::string PositionAt(uint64_t offset) const override { return std::to_string(offset); }

   private:
    const TextSource* source_;
    size_t at_ = 0;
  };

  std::string text_;
  size_t chunk_;
};

class SplitStreamTest : public testing::Test {
 protected:
  SplitStreamTest() : clock_(MakeSystemClock()) {
    auto table = std::make_shared<Table>();
    table->name = "t";
    shape_.table = table;
    shape_.decoder = std::make_unique<IntegerDecoder>();
    shape_.decode_schema = kSchema;
    shape_.from_decoded = {0};
    shape_.env.clock = clock_.get();
    shape_.dead_letters = &letters_;
  }

  std::unique_ptr<SplitStream> Open(Source* source, std::string position = "") {
    return *SplitStream::Open(&shape_, source, {.split = "text", .position = std::move(position)});
  }
  /// Rows of at most `polls` polls; stops at the end.
  std::vector<int64_t> Read(SplitStream* stream, int64_t max_rows, int polls = 1000000) {
    std::vector<int64_t> rows;
    for (int i = 0; i < polls; ++i) {
      auto polled = stream->Next(max_rows, /*flush=*/false);
      EXPECT_TRUE(polled);
      if (!polled || polled->kind == SourceDriver::Polled::Kind::kEnd) break;
      if (polled->batch.num_rows == 0) continue;
      const auto& values = static_cast<const arrow::Int64Array&>(*polled->batch.columns[0]);
      for (int64_t row = 0; row < values.length(); ++row) rows.push_back(values.Value(row));
    }
    return rows;
  }

  std::unique_ptr<Clock> clock_;
  DeadLetterBuffer letters_;
  ScanShape shape_;
};

TEST_F(SplitStreamTest, ChunkSizeDoesNotMatter) {
  for (const size_t chunk : {1, 2, 3, 5, 100}) {
    TextSource source("1\n22\n333\n4", chunk);
    EXPECT_EQ(Read(Open(&source).get(), 8192), (std::vector<int64_t>{1, 22, 333, 4})) << chunk;
  }
}

TEST_F(SplitStreamTest, ResumesBehindTheLastRowHandedOut) {
  const std::vector<int64_t> all{1, 22, 333, 4, 55555, 6};
  for (const size_t chunk : {1, 4, 7, 100}) {
    for (int polls = 0; polls < 8; ++polls) {
      TextSource source("1\n22\n333\n4\n55555\n6", chunk);
      auto first = Open(&source);
      std::vector<int64_t> rows = Read(first.get(), 1, polls);
      const SplitPosition position = first->Position();
      const std::vector<int64_t> rest = Read(Open(&source, position.position).get(), 2);
      rows.insert(rows.end(), rest.begin(), rest.end());
      EXPECT_EQ(rows, all) << chunk << " " << polls << " at " << position.position;
    }
  }
}

TEST_F(SplitStreamTest, BadRecordsBecomeDeadLettersWithBytesAndPosition) {
  TextSource source("1\nbad\n3\n", 4);
  EXPECT_EQ(Read(Open(&source).get(), 8192), (std::vector<int64_t>{1, 3}));
  const std::string letter = letters_.Take().at("t");
  EXPECT_EQ(letter.substr(letter.find(", ") + 2),
            "\"table\": \"t\", \"stage\": \"decode\", \"code\": \"MR0711\", "
            "\"reason\": \"no number\", \"split\": \"text\", \"position\": \"byte 2\", "
            "\"raw\": \"bad\", \"attempts\": 1}\n");
  EXPECT_EQ(shape_.counters.records_in, 3u);
  EXPECT_EQ(shape_.counters.rows_out, 2u);
  EXPECT_EQ(shape_.counters.dead_lettered, 1u);
}

TEST_F(SplitStreamTest, RowsKnowTheRecordTheyCameFrom) {
  TextSource source("10\nbad\n30\n40\n", 100);
  auto stream = Open(&source);
  const auto polled = stream->Next(8192, false);
  ASSERT_TRUE(polled);
  const Batch rows = polled->batch.Take(std::vector<int32_t>{2, 1}).Slice(1, 1);
  ASSERT_NE(rows.origins, nullptr);
  const RecordOrigin origin = rows.origins->Of(rows.origin_row(0));
  EXPECT_EQ(origin.split, "text");
  EXPECT_EQ(origin.position, "byte 7");
  EXPECT_EQ(origin.raw, "30");
  const Batch sliced = polled->batch.Slice(1, 2).Take(std::vector<int32_t>{1});
  EXPECT_EQ(sliced.origins->Of(sliced.origin_row(0)).raw, "40");
}

TEST_F(SplitStreamTest, BadRecordsFailTheJobIfAskedTo) {
  shape_.fail_on_error = true;
  TextSource source("1\nbad\n", 100);
  auto stream = Open(&source);
  const auto polled = stream->Next(8192, false);
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().code, "MR0711");
  EXPECT_TRUE(polled.error().detail.contains("byte 2"));
}

TEST_F(SplitStreamTest, BytesThatAreNoTextAreKeptInBase64) {
  TextSource source("\xff\xfe\n", 100);
  Read(Open(&source).get(), 8192);
  EXPECT_TRUE(letters_.Take().at("t").contains("\"raw_base64\": \"//4=\""));
}

TEST_F(SplitStreamTest, OversizedRecordsAreRejectedWithinBoundedMemory) {
  TextSource source("1\n" + std::string(40 << 20, 'x') + "\n2\n", 1 << 20);
  EXPECT_EQ(Read(Open(&source).get(), 8192), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(shape_.counters.dead_lettered, 1u);
  EXPECT_LT(letters_.bytes(), 4096u);
}

TEST(RowPacer, StampsTheScheduleNotTheReading) {
  RowPacer pacer(1000);
  EXPECT_EQ(pacer.Due(5000000000), 1);
  EXPECT_EQ(*pacer.Release(1), (std::vector<int64_t>{5000000000}));
  EXPECT_EQ(pacer.Due(5000000000), 0);
  EXPECT_EQ(pacer.WaitNanos(5000400000), 600000);
  EXPECT_EQ(pacer.Due(5003000000), 3);
  EXPECT_EQ(*pacer.Release(2), (std::vector<int64_t>{5001000000, 5002000000}));
}

}  // namespace
}  // namespace millrace
