// SPDX-License-Identifier: Apache-2.0
#include "operators/io/message_decoder.h"

#include <algorithm>

#include "connectors/connector.h"
#include "data/take.h"

namespace millrace {
namespace {

static_assert(kChunkPadding >= kDecodePadding);

/// In Part::first: the one row is made of NULLs.
constexpr int32_t kNullRow = -1;

/// The rows of a column; the column itself if they are all of them in order.
std::shared_ptr<arrow::Array> Rows(const std::shared_ptr<arrow::Array>& column, int64_t length,
                                   std::span<const int32_t> rows) {
  bool all = length == static_cast<int64_t>(rows.size());
  for (size_t i = 0; all && i < rows.size(); ++i) all = rows[i] == static_cast<int32_t>(i);
  return all ? column : TakeRows(*column, rows);
}

}  // namespace

Result<Decoded> MessageDecoder::Decode(std::string_view bytes, std::span<const RecordSlice> values,
                                       std::span<const RecordSlice> keys) {
  const auto is_null = [](const RecordSlice& slice) { return slice.length == kNullRecord; };
  const bool nulls = std::ranges::any_of(values, is_null);
  if (settings_.keys == nullptr && !nulls) {
    TRY_ASSIGN(Decoded decoded, settings_.values->Decode(bytes, values));
    return decoded;
  }
  TRY_ASSIGN(Part value_part,
             DecodePart(settings_.values, bytes, values, settings_.null_value_is_row));
  Part key_part;
  if (settings_.keys != nullptr) {
    TRY_ASSIGN(key_part, DecodePart(settings_.keys.get(), bytes, keys, settings_.null_key_is_row));
  }
  return Join(std::move(value_part), std::move(key_part), values);
}

Result<MessageDecoder::Part> MessageDecoder::DecodePart(RecordDecoder* decoder,
                                                        std::string_view bytes,
                                                        std::span<const RecordSlice> slices,
                                                        bool null_is_row) {
  Part part;
  part.first.assign(slices.size(), 0);
  part.count.assign(slices.size(), 0);
  std::vector<RecordSlice> present;
  std::vector<uint32_t> records;
  for (uint32_t i = 0; i < slices.size(); ++i) {
    if (slices[i].length != kNullRecord) {
      present.push_back(slices[i]);
      records.push_back(i);
    } else if (null_is_row) {
      part.first[i] = kNullRow;
      part.count[i] = 1;
    }
  }
  TRY_ASSIGN(Decoded decoded, decoder->Decode(bytes, present));
  const bool one_to_one = decoded.record_of_row.empty();
  size_t next_error = 0;
  int32_t row = 0;
  for (uint32_t i = 0; i < present.size(); ++i) {
    const bool failed =
        next_error < decoded.errors.size() && decoded.errors[next_error].record == i;
    if (failed) {
      part.errors.push_back({records[i], std::move(decoded.errors[next_error++].reason)});
      continue;
    }
    part.first[records[i]] = row;
    int32_t& count = part.count[records[i]];
    if (one_to_one) {
      count = 1;
    } else {
      while (static_cast<size_t>(row + count) < decoded.record_of_row.size() &&
             decoded.record_of_row[static_cast<size_t>(row + count)] == i) {
        ++count;
      }
    }
    row += count;
  }
  part.skipped = decoded.skipped;
  part.batch = std::move(decoded.batch);
  return part;
}

Result<Decoded> MessageDecoder::Join(Part values, Part keys, std::span<const RecordSlice> slices) {
  Decoded joined;
  joined.skipped = values.skipped;
  std::vector<int32_t> value_rows;
  std::vector<int32_t> key_rows;
  auto kinds = std::make_shared<std::vector<ChangeKind>>();
  size_t value_error = 0;
  size_t key_error = 0;
  for (uint32_t record = 0; record < slices.size(); ++record) {
    if (value_error < values.errors.size() && values.errors[value_error].record == record) {
      joined.errors.push_back(std::move(values.errors[value_error++]));
      if (key_error < keys.errors.size() && keys.errors[key_error].record == record) ++key_error;
      continue;
    }
    if (key_error < keys.errors.size() && keys.errors[key_error].record == record) {
      joined.errors.push_back({record, "key: " + keys.errors[key_error++].reason});
      continue;
    }
    const bool has_key = settings_.keys == nullptr || keys.count[record] > 0;
    const bool is_delete = settings_.upserts && slices[record].length == kNullRecord;
    const int32_t rows = is_delete ? 1 : values.count[record];
    if (!has_key || rows == 0) {
      // Rows that ignore-parse-errors left out are counted by the decoder.
      if (!has_key || slices[record].length == kNullRecord) ++joined.skipped;
      continue;
    }
    for (int32_t i = 0; i < rows; ++i) {
      const bool null_row = is_delete || values.first[record] == kNullRow;
      const int32_t value_row = null_row ? -1 : values.first[record] + i;
      value_rows.push_back(value_row);
      if (settings_.keys != nullptr) key_rows.push_back(keys.first[record]);
      kinds->push_back(is_delete           ? ChangeKind::kDelete
                       : settings_.upserts ? ChangeKind::kUpdateAfter
                       : value_row == -1   ? ChangeKind::kInsert
                                           : values.batch.kind(value_row));
      joined.record_of_row.push_back(record);
    }
  }
  for (const auto& column : values.batch.columns) {
    joined.batch.columns.push_back(Rows(column, values.batch.num_rows, value_rows));
  }
  for (const auto& column : keys.batch.columns) {
    joined.batch.columns.push_back(Rows(column, keys.batch.num_rows, key_rows));
  }
  joined.batch.num_rows = static_cast<int64_t>(value_rows.size());
  if (settings_.upserts || values.batch.kinds != nullptr) joined.batch.kinds = std::move(kinds);
  return joined;
}

}  // namespace millrace
