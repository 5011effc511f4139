// SPDX-License-Identifier: Apache-2.0
#include "operators/join/key_matches.h"

#include <arrow/api.h>

#include <numeric>

namespace millrace {
namespace {

std::vector<int> FirstColumns(size_t count) {
  std::vector<int> columns(count);
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

}  // namespace

KeyMatches::KeyMatches(std::vector<DataType> key_types)
    : codec_(FirstColumns(key_types.size()), key_types) {}

void KeyMatches::Encode(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t count) {
  Batch batch;
  batch.num_rows = count;
  batch.columns = keys;
  codec_.Encode(batch, &encoded_);
  null_.assign(static_cast<size_t>(count), false);
  for (const auto& key : keys) {
    if (key->null_count() == 0) continue;
    for (int64_t row = 0; row < count; ++row) {
      if (key->IsNull(row)) null_[static_cast<size_t>(row)] = true;
    }
  }
}

void KeyMatches::Build(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t count) {
  Encode(keys, count);
  table_ = std::make_unique<KeyTable>("matches", false);
  std::vector<uint32_t> slots;
  table_->FindOrInsert(encoded_, &slots);
  begins_.assign(table_->slot_limit() + 1, 0);
  for (size_t row = 0; row < slots.size(); ++row) {
    if (!null_[row]) ++begins_[slots[row] + 1];
  }
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
  rows_.resize(begins_.back());
  std::vector<uint32_t> next(begins_.begin(), begins_.end() - 1);
  for (size_t row = 0; row < slots.size(); ++row) {
    if (!null_[row]) rows_[next[slots[row]]++] = static_cast<uint32_t>(row);
  }
}

void KeyMatches::Probe(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t count,
                       std::vector<std::span<const uint32_t>>* matches) {
  Encode(keys, count);
  matches->assign(static_cast<size_t>(count), {});
  for (size_t row = 0; row < matches->size(); ++row) {
    if (null_[row]) continue;
    const uint32_t slot = table_->Find(encoded_.key(row), encoded_.hashes[row]);
    if (slot == KeyTable::kNone) continue;
    (*matches)[row] = std::span(rows_).subspan(begins_[slot], begins_[slot + 1] - begins_[slot]);
  }
}

}  // namespace millrace
