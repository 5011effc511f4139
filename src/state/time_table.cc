// SPDX-License-Identifier: Apache-2.0
#include "state/time_table.h"

#include <algorithm>

#include "state/encoding.h"

namespace millrace {

void TimeTable::Add(int64_t time, uint32_t row, int key_group) {
  const auto place = !times_.empty() && time > times_.rbegin()->first
                         ? times_.emplace_hint(times_.end(), time, Entries())
                         : times_.try_emplace(time).first;
  Entries& entries = place->second;
  if (track_ && entries.rows.size() == entries.stored) dirty_.push_back(time);
  entries.rows.push_back(row);
  entries.numbers.push_back(Number(next_sequence_++, key_group));
  ++count_;
}

std::span<const uint32_t> TimeTable::rows_at(int64_t time) const {
  const auto place = times_.find(time);
  if (place == times_.end()) return {};
  return place->second.rows;
}

void TimeTable::Drop(int64_t time) {
  const auto place = times_.find(time);
  if (place == times_.end()) return;
  const Entries& entries = place->second;
  for (size_t i = 0; i < entries.stored; ++i) deleted_.push_back(EntryOf(time, entries.numbers[i]));
  for (uint32_t row : entries.rows) rows_->Free(row);
  count_ -= entries.rows.size();
  times_.erase(place);
}

void TimeTable::DropAll() {
  while (!times_.empty()) Drop(times_.begin()->first);
}

void TimeTable::WriteAgain() {
  dirty_.clear();
  for (auto& [time, entries] : times_) {
    for (size_t i = 0; i < entries.rows.size(); ++i) {
      const uint64_t number = entries.numbers[i];
      if (i < entries.stored) deleted_.push_back(EntryOf(time, number));
      entries.numbers[i] = Number(next_sequence_++, static_cast<int8_t>(number & 0xFF));
    }
    entries.stored = 0;
    dirty_.push_back(time);
  }
}

TimeTable::Entry TimeTable::EntryOf(int64_t time, uint64_t number) const {
  Entry entry{.key = {}, .group = static_cast<int8_t>(number & 0xFF)};
  PutOrdered(time, &entry.key);
  PutOrdered(static_cast<int64_t>(number >> 8), &entry.key);
  return entry;
}

Status TimeTable::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const Entry& entry : deleted_) TRY(visit({name_, entry.key, {}, true, entry.group}));
  deleted_.clear();
  std::string value;
  for (int64_t time : dirty_) {
    const auto place = times_.find(time);
    if (place == times_.end()) continue;
    Entries& entries = place->second;
    for (; entries.stored < entries.rows.size(); ++entries.stored) {
      value.clear();
      rows_->Write(entries.rows[entries.stored], &value);
      const Entry entry = EntryOf(time, entries.numbers[entries.stored]);
      TRY(visit({name_, entry.key, value, false, entry.group}));
    }
  }
  dirty_.clear();
  return OkStatus();
}

Status TimeTable::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  for (const auto& [time, entries] : times_) {
    for (size_t i = 0; i < entries.rows.size(); ++i) {
      value.clear();
      rows_->Write(entries.rows[i], &value);
      const Entry entry = EntryOf(time, entries.numbers[i]);
      TRY(visit({name_, entry.key, value, false, entry.group}));
    }
  }
  return OkStatus();
}

Status TimeTable::Apply(const StateChange& change) {
  std::string_view bytes = change.key;
  int64_t time = 0;
  int64_t arrival = 0;
  if (!GetOrdered(&bytes, &time) || !GetOrdered(&bytes, &arrival)) return CorruptStateEntry(name_);
  const auto sequence = static_cast<uint64_t>(arrival);
  const uint64_t number = Number(sequence, change.key_group);
  Entries& entries = times_[time];
  const auto place = std::lower_bound(entries.numbers.begin(), entries.numbers.end(), number);
  const auto index = place - entries.numbers.begin();
  if (place != entries.numbers.end() && *place == number) {
    rows_->Free(entries.rows[static_cast<size_t>(index)]);
    entries.rows.erase(entries.rows.begin() + index);
    entries.numbers.erase(place);
    --entries.stored;
    --count_;
  }
  if (!change.deleted) {
    TRY_ASSIGN(const uint32_t row, rows_->Read(change.value));
    entries.rows.insert(entries.rows.begin() + index, row);
    entries.numbers.insert(entries.numbers.begin() + index, number);
    ++entries.stored;
    ++count_;
    next_sequence_ = std::max(next_sequence_, sequence + 1);
  }
  if (entries.rows.empty()) times_.erase(time);
  return OkStatus();
}

size_t TimeTable::memory_bytes() const {
  // A map node with its two vectors, then 12 bytes per entry.
  return times_.size() * 160 + count_ * 12 + rows_->memory_bytes();
}

}  // namespace millrace
