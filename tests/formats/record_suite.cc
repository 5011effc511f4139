// SPDX-License-Identifier: Apache-2.0
#include "formats/record_suite.h"

#include <arrow/array/array_base.h>

#include "data/row_format.h"

namespace millrace {
namespace {

const Format* FindFormat(const std::string& name) {
  static const FormatRegistry registry = [] {
    FormatRegistry made;
    RegisterBuiltinFormats(&made);
    return made;
  }();
  return registry.Find(name);
}

struct Rows {
  std::vector<std::string> rows;
  std::vector<DecodeError> errors;
};

class Subject {
 public:
  explicit Subject(const RecordFormatCase& test) : test_(test), format_(FindFormat(test.format)) {
    EXPECT_NE(format_, nullptr);
    options_ = Options(format_->options(), test.options);
    EXPECT_TRUE(options_.Validate("format").empty());
    EXPECT_TRUE(format_->CheckSchema(test.schema, options_, false).has_value());
    EXPECT_TRUE(format_->CheckSchema(test.schema, options_, true).has_value());
  }

  std::unique_ptr<RecordDecoder> Decoder() const {
    auto decoder = format_->MakeDecoder(test_.schema, options_);
    EXPECT_TRUE(decoder.has_value());
    return std::move(*decoder);
  }

  /// Reads a stream in chunks of at most `chunk` bytes, `batch` records at a time.
  Rows Read(const std::string& text, size_t chunk, size_t batch) const {
    const auto decoder = Decoder();
    Rows rows;
    std::string buffer;
    uint32_t base = 0;
    for (size_t at = 0; at < text.size() || !buffer.empty();) {
      const size_t take = std::min(chunk, text.size() - at);
      buffer.append(text, at, take);
      at += take;
      const bool at_end = at == text.size();
      const size_t size = buffer.size();
      buffer.append(kDecodePadding, '#');
      std::vector<RecordSlice> records;
      const size_t used = decoder->Frame({buffer.data(), size}, at_end, &records);
      EXPECT_LE(used, size);
      EXPECT_TRUE(!at_end || used == size);
      for (size_t first = 0; first < records.size(); first += batch) {
        const size_t count = std::min(batch, records.size() - first);
        Append(decoder->Decode({buffer.data(), size}, std::span(records).subspan(first, count)),
               base + static_cast<uint32_t>(first), &rows);
      }
      base += static_cast<uint32_t>(records.size());
      buffer.resize(size);
      buffer.erase(0, used);
    }
    return rows;
  }

  std::string Encode(const Batch& batch) const {
    auto encoder = format_->MakeEncoder(test_.schema, options_);
    EXPECT_TRUE(encoder.has_value());
    std::string out;
    std::vector<size_t> ends;
    EXPECT_TRUE((*encoder)->Encode(batch, &out, &ends).has_value());
    EXPECT_EQ(ends.size(), static_cast<size_t>(batch.num_rows));
    std::string lines;
    size_t begin = 0;
    for (const size_t end : ends) {
      lines += out.substr(begin, end - begin) + std::string((*encoder)->delimiter());
      begin = end;
    }
    return lines;
  }

 private:
  void Append(Result<Decoded> decoded, uint32_t base, Rows* rows) const {
    ASSERT_TRUE(decoded.has_value());
    const Batch& batch = decoded->batch;
    ASSERT_EQ(batch.columns.size(), test_.schema.size());
    ASSERT_EQ(decoded->record_of_row.size(), static_cast<size_t>(batch.num_rows));
    for (size_t i = 0; i < batch.columns.size(); ++i) {
      ASSERT_EQ(batch.columns[i]->length(), batch.num_rows);
      ASSERT_TRUE(batch.columns[i]->ValidateFull().ok());
      ASSERT_TRUE(batch.columns[i]->type()->Equals(*test_.schema[i].type.ToArrow()));
    }
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      rows->rows.push_back(FormatRow(test_.schema, batch, row));
    }
    for (DecodeError& error : decoded->errors) {
      error.record += base;
      rows->errors.push_back(std::move(error));
    }
  }

  const RecordFormatCase& test_;
  const Format* format_;
  Options options_;
};

TEST_P(RecordFormatTest, TheWayAStreamIsCutChangesNothing) {
  const Subject subject(GetParam());
  const Rows whole = subject.Read(GetParam().lines, SIZE_MAX, SIZE_MAX);
  ASSERT_FALSE(whole.rows.empty());
  EXPECT_TRUE(whole.errors.empty());
  for (const size_t chunk : {1u, 2u, 3u, 7u, 64u, 1000u}) {
    for (const size_t batch : {1u, 7u}) {
      EXPECT_EQ(subject.Read(GetParam().lines, chunk, batch).rows, whole.rows);
    }
  }
}

TEST_P(RecordFormatTest, WhatIsDecodedEncodesToTheSameBytes) {
  const Subject subject(GetParam());
  std::string text = GetParam().lines;
  const size_t size = text.size();
  text.append(kDecodePadding, '\0');
  const auto decoder = subject.Decoder();
  std::vector<RecordSlice> records;
  decoder->Frame({text.data(), size}, true, &records);
  const auto decoded = decoder->Decode({text.data(), size}, records);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(subject.Encode(decoded->batch), GetParam().lines);
  std::string sliced;
  for (int64_t row = 0; row < decoded->batch.num_rows; ++row) {
    sliced += subject.Encode(decoded->batch.Slice(row, 1));
  }
  EXPECT_EQ(sliced, GetParam().lines);
}

TEST_P(RecordFormatTest, ABadRecordIsNamedAndLeavesNoTrace) {
  const Subject subject(GetParam());
  if (GetParam().bad_line.empty()) return;
  const Rows good = subject.Read(GetParam().lines, SIZE_MAX, SIZE_MAX);
  std::string mixed = GetParam().bad_line + "\n" + GetParam().lines + GetParam().bad_line + "\n";
  const Rows rows = subject.Read(mixed, SIZE_MAX, SIZE_MAX);
  EXPECT_EQ(rows.rows, good.rows);
  ASSERT_EQ(rows.errors.size(), 2u);
  EXPECT_EQ(rows.errors[0].record, 0u);
  for (const DecodeError& error : rows.errors) {
    EXPECT_FALSE(error.reason.empty());
    EXPECT_EQ(error.reason.find('\n'), std::string::npos);
  }
  for (const size_t batch : {1u, 3u}) EXPECT_EQ(subject.Read(mixed, 11, batch).rows, good.rows);
}

TEST_P(RecordFormatTest, TruncatedRecordsNeverCrash) {
  const Subject subject(GetParam());
  const std::string& lines = GetParam().lines;
  for (size_t length = 0; length < lines.size(); ++length) {
    subject.Read(lines.substr(0, length), SIZE_MAX, SIZE_MAX);
  }
}

TEST_P(RecordFormatTest, ChangedBytesNeverCrash) {
  const Subject subject(GetParam());
  const std::string& lines = GetParam().lines;
  uint64_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text = lines;
    for (int change = 0; change < 3; ++change) {
      state = state * 6364136223846793005ull + 1442695040888963407ull;
      text[(state >> 33) % text.size()] = static_cast<char>(state >> 24);
    }
    subject.Read(text, 37, 5);
  }
}

TEST_P(RecordFormatTest, NoRecordsGiveAnEmptyBatch) {
  const Subject subject(GetParam());
  const std::string padding(kDecodePadding, '\0');
  const auto decoded = subject.Decoder()->Decode({padding.data(), 0}, {});
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->batch.num_rows, 0);
  EXPECT_EQ(decoded->batch.columns.size(), GetParam().schema.size());
}

}  // namespace
}  // namespace millrace
