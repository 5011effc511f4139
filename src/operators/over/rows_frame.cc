// SPDX-License-Identifier: Apache-2.0
#include "operators/over/rows_frame.h"

#include <algorithm>
#include <numeric>

#include "base/prefetch.h"
#include "operators/over/over_calls.h"
#include "operators/over/rebuilding.h"
#include "state/encoding.h"

namespace millrace {

RowsFrame::RowsFrame(std::string name, int64_t preceding, FrameCalls* calls,
                     const std::vector<DataType>& columns, bool track, KeyTable* keys)
    : preceding_(static_cast<size_t>(preceding)),
      calls_(calls),
      keys_(keys),
      rows_(TypesOf(columns, calls->columns())),
      history_(std::move(name), track, keys, &rows_,
               /*short_lived=*/preceding_ < RowHistory::kBlockRows) {
  calls->set_stored(PlacesOf(calls->columns(), calls->columns()));
}

Result<FrameCalls::Columns> RowsFrame::Run(const Batch& batch, const FrameCalls::Columns& columns,
                                           std::span<const uint32_t> slots) {
  const auto count = static_cast<size_t>(batch.num_rows);
  calls_->Begin(batch);
  if (only_counts()) {
    if (counted_.size() < keys_->slot_limit()) counted_.resize(keys_->slot_limit());
    for (const uint32_t key : slots) {
      calls_->TakeCount(counted_[key] + int64_t{1});
      if (counted_[key] < preceding_) ++counted_[key];
    }
    return calls_->Run(columns, &rows_);
  }
  if (begin_.size() < keys_->slot_limit()) begin_.resize(keys_->slot_limit());
  std::vector<int32_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  FrameCalls::Columns kept;
  for (int column : calls_->columns()) kept.push_back(columns[static_cast<size_t>(column)]);
  stored_.clear();
  rows_.Add(kept, all, &stored_);
  calls_->Reserve(keys_->slot_limit());
  for (size_t row = 0; row < count; ++row) {
    if (row + RowHistory::kPrefetchAhead < count)
      history_.Prefetch(slots[row + RowHistory::kPrefetchAhead]);
    if (row + RowHistory::kPrefetchAhead / 2 < count) {
      history_.PrefetchEntries(slots[row + RowHistory::kPrefetchAhead / 2]);
    }
    Add(row, slots[row]);
  }
  auto results = calls_->Run(columns, &rows_);
  history_.EncodeInserted();
  for (uint32_t key : touched_) {
    history_.TrimFront(key, begin_[key]);
    begin_[key] = 0;
  }
  touched_.clear();
  return results;
}

void RowsFrame::Add(size_t row, uint32_t key) {
  history_.Insert(key, 0, stored_[row]);
  const auto entries = history_.entries_of(key);
  uint32_t& begin = begin_[key];
  calls_->Add(row, key, 1, history_.ArrivalOf(key, entries.back()));
  calls_->Take(key, entries.subspan(begin), &rows_);
  if (entries.size() - begin <= preceding_) return;
  const HistoryEntry& oldest = entries[begin];
  if (oldest.row == stored_[row]) {
    calls_->Add(row, key, -1, history_.ArrivalOf(key, oldest));
  } else {
    calls_->AddStored(oldest.row, key, -1, history_.ArrivalOf(key, oldest));
  }
  ++begin;
  touched_.push_back(key);
}

void RowsFrame::WriteKey(uint32_t key, std::string* out) const {
  if (only_counts()) {
    PutVarint(counted_[key], out);
  } else {
    history_.WriteKey(key, out);
  }
}

void RowsFrame::PrefetchForWrite(uint32_t key, int step) const {
  if (only_counts()) {
    if (step == 0 && key < counted_.size()) PrefetchLine(&counted_[key]);
  } else if (step == 0) {
    history_.Prefetch(key);
  } else {
    history_.PrefetchEntries(key);
    history_.PrefetchBytes(key);
  }
}

Status RowsFrame::ReadKey(uint32_t key, std::string_view* bytes) {
  if (!only_counts()) return history_.ReadKey(key, bytes);
  uint64_t count = 0;
  if (!GetVarint(bytes, &count)) return CorruptStateEntry(history_.name());
  counted_.resize(std::max<size_t>(counted_.size(), keys_->slot_limit()));
  counted_[key] = static_cast<uint32_t>(count);
  return OkStatus();
}

Status RowsFrame::ReadNothing(uint32_t key, uint64_t rows) {
  if (!only_counts()) {
    std::string_view none("\0", 1);
    return history_.ReadKey(key, &none);
  }
  counted_.resize(std::max<size_t>(counted_.size(), keys_->slot_limit()));
  counted_[key] = static_cast<uint32_t>(std::min<uint64_t>(rows, preceding_));
  return OkStatus();
}

Status RowsFrame::Restored() {
  if (only_counts()) return OkStatus();
  TRY(history_.Restored());
  std::vector<uint32_t> all(keys_->slot_limit());
  std::iota(all.begin(), all.end(), 0);
  return Rebuild(all);
}

Status RowsFrame::Load(std::span<const uint32_t> keys) {
  if (only_counts() || keys.empty()) return OkStatus();
  TRY(history_.Load(keys));
  return Rebuild(keys);
}

void RowsFrame::Evict(uint32_t key) {
  if (only_counts()) {
    counted_[key] = 0;
    return;
  }
  history_.Evict(key);
  calls_->Reset(key);
}

/// What follows from the rows of keys.
Status RowsFrame::Rebuild(std::span<const uint32_t> keys) {
  calls_->Reserve(keys_->slot_limit());
  const auto add = [&](uint32_t key, Rebuilding* rebuilding) -> Status {
    for (const HistoryEntry& entry : history_.entries_of(key)) {
      TRY(rebuilding->Add(entry.row, key, history_.ArrivalOf(key, entry)));
    }
    return OkStatus();
  };
  for (const auto& [key, sums] : without_sums_) {
    Rebuilding rebuilding(calls_, &rows_, *sums);
    TRY(add(key, &rebuilding));
    TRY(rebuilding.Flush());
  }
  without_sums_.clear();
  if (!calls_->has_rebuilt()) return OkStatus();
  Rebuilding rebuilding(calls_, &rows_);
  for (const uint32_t key : keys) TRY(add(key, &rebuilding));
  return rebuilding.Flush();
}

}  // namespace millrace
