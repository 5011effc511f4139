// SPDX-License-Identifier: Apache-2.0
#include "state/time_table.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "state/encoding.h"

namespace millrace {
namespace {

/// Numbers that a cell gives begin here: in front of it are those of a version without cells.
constexpr int64_t kFirstNumber = int64_t{1} << 40;
constexpr size_t kMostSaved = 16;

}  // namespace

TimeTable::TimeTable(std::string name, bool track, RowStore* rows, CellTable* cells)
    : name_(std::move(name)), track_(track), rows_(rows), cells_(cells) {
  if (cells_ == nullptr) return;
  sequence_ = cells_->Add(name_ + " number", kFirstNumber, CellTable::Rule::kGreatest);
}

uint64_t TimeTable::NextSequence() {
  if (cells_ == nullptr) return next_sequence_++;
  const int64_t sequence = cells_->get(sequence_);
  cells_->Set(sequence_, sequence + 1);
  return static_cast<uint64_t>(sequence);
}

void TimeTable::Add(int64_t time, uint32_t row, int key_group) {
  const auto place = !times_.empty() && time > times_.rbegin()->first
                         ? times_.emplace_hint(times_.end(), time, Entries())
                         : times_.try_emplace(time).first;
  Entries& entries = place->second;
  if (track_ && entries.rows.size() == entries.stored) dirty_.push_back(time);
  entries.rows.push_back(row);
  entries.numbers.push_back(Number(NextSequence(), key_group));
  ++count_;
  ++unsaved_;
}

std::span<const uint32_t> TimeTable::rows_at(int64_t time) const {
  const auto place = times_.find(time);
  if (place == times_.end()) return {};
  return place->second.rows;
}

/// What a delta has carried of it is deleted.
void TimeTable::Forget(int64_t time, const Entries& entries, size_t index) {
  if (index < entries.stored) {
    deleted_.push_back(EntryOf(time, entries.numbers[index]));
  } else {
    --unsaved_;
  }
  rows_->Free(entries.rows[index]);
  --count_;
}

void TimeTable::Drop(int64_t time) {
  const auto place = times_.find(time);
  if (place == times_.end()) return;
  const Entries& entries = place->second;
  for (size_t i = 0; i < entries.rows.size(); ++i) Forget(time, entries, i);
  times_.erase(place);
}

void TimeTable::DropGroup(int64_t time, int group) {
  const auto place = times_.find(time);
  if (place == times_.end()) return;
  Entries& entries = place->second;
  size_t kept = 0;
  size_t stored = 0;
  for (size_t i = 0; i < entries.rows.size(); ++i) {
    if (GroupOf(entries.numbers[i]) == group) {
      Forget(time, entries, i);
      continue;
    }
    stored += i < entries.stored ? 1 : 0;
    entries.rows[kept] = entries.rows[i];
    entries.numbers[kept++] = entries.numbers[i];
  }
  entries.rows.resize(kept);
  entries.numbers.resize(kept);
  entries.stored = stored;
  if (kept == 0) times_.erase(place);
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
      entries.numbers[i] = Number(NextSequence(), GroupOf(number));
    }
    unsaved_ += entries.stored;
    entries.stored = 0;
    entries.on_disk = 0;
    entries.saved.clear();
    dirty_.push_back(time);
  }
}

TimeTable::Entry TimeTable::EntryOf(int64_t time, uint64_t number) const {
  Entry entry{.key = {}, .group = GroupOf(number)};
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
      --unsaved_;
    }
    if (cold_ != nullptr) collected_.push_back(time);
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

void TimeTable::AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) {
  cold_ = std::make_unique<ColdTimes>(std::move(entries), restored);
}

/// An entry on the disk, unless it is here as well.
Status TimeTable::Take(int group, int64_t time, std::string_view rest, std::string_view value) {
  int64_t sequence = 0;
  if (!GetOrdered(&rest, &sequence)) return CorruptStateEntry(name_);
  const uint64_t number = Number(static_cast<uint64_t>(sequence), group);
  Entries& entries = times_[time];
  const auto place = std::lower_bound(entries.numbers.begin(), entries.numbers.end(), number);
  if (place != entries.numbers.end() && *place == number) return OkStatus();
  TRY_ASSIGN(const uint32_t row, rows_->Read(value));
  entries.rows.insert(entries.rows.begin() + (place - entries.numbers.begin()), row);
  entries.numbers.insert(place, number);
  ++entries.stored;
  ++count_;
  // What came before it was saved before it.
  entries.on_disk = std::max(entries.on_disk, number);
  return OkStatus();
}

Status TimeTable::Fetch(int64_t until, size_t rows) {
  until = std::min(until, kMaxWatermark - 1);  // which stands for none
  int64_t counted = kMinWatermark;             // rows of times in front of it are counted
  for (size_t there = 0; next_on_disk() <= until;) {
    for (auto place = times_.lower_bound(counted);
         place != times_.end() && place->first < next_on_disk() && there < rows; ++place) {
      there += place->second.rows.size();
      counted = place->first + 1;
    }
    if (there >= rows) return OkStatus();
    TRY(cold_->ReadNext(std::bind_front(&TimeTable::Take, this)));
  }
  return OkStatus();
}

Result<std::vector<uint32_t>> TimeTable::FetchGroup(int64_t time, int group) {
  TRY(cold_->ReadGroup(group, time, std::bind_front(&TimeTable::Take, this)));
  std::vector<uint32_t> rows;
  const auto place = times_.find(time);
  if (place == times_.end()) return rows;
  const Entries& entries = place->second;
  for (size_t i = 0; i < entries.rows.size(); ++i) {
    if (GroupOf(entries.numbers[i]) == group) rows.push_back(entries.rows[i]);
  }
  return rows;
}

void TimeTable::Collected(uint64_t epoch) {
  for (const int64_t time : collected_) {
    const auto place = times_.find(time);
    if (place == times_.end() || place->second.stored == 0) continue;
    Entries& entries = place->second;
    const Saved saved{epoch, entries.numbers[entries.stored - 1]};
    if (entries.saved.size() == kMostSaved) {
      entries.saved.back() = saved;
    } else {
      entries.saved.push_back(saved);
    }
  }
  collected_.clear();
}

/// Leaves the oldest rows of a time to the disk, as far as they are there; answers how many.
size_t TimeTable::Leave(int64_t time, Entries* entries, size_t most) {
  size_t count = 0;
  for (; count < most && count < entries->stored; ++count) {
    const uint64_t number = entries->numbers[count];
    if (number > entries->on_disk) break;
    rows_->Free(entries->rows[count]);
    cold_->Leave(GroupOf(number), time);
  }
  const auto left = static_cast<ptrdiff_t>(count);
  entries->rows.erase(entries->rows.begin(), entries->rows.begin() + left);
  entries->numbers.erase(entries->numbers.begin(), entries->numbers.begin() + left);
  entries->stored -= count;
  count_ -= count;
  return count;
}

void TimeTable::Shrink(uint64_t applied, size_t bytes) {
  const size_t held = memory_bytes();
  if (cold_ == nullptr || held <= bytes) return;
  const auto kept = static_cast<size_t>(static_cast<double>(count_) * static_cast<double>(bytes) /
                                        static_cast<double>(held));
  for (auto place = times_.end(); count_ > kept && place != times_.begin();) {
    --place;
    Entries& entries = place->second;
    const auto later = std::ranges::upper_bound(entries.saved, applied, {}, &Saved::epoch);
    if (later != entries.saved.begin()) {
      entries.on_disk = std::max(entries.on_disk, std::prev(later)->number);
      entries.saved.erase(entries.saved.begin(), later);
    }
    Leave(place->first, &entries, count_ - kept);
    if (entries.rows.empty()) place = times_.erase(place);
  }
}

/// With its part of the row's columns.
size_t TimeTable::EntryBytes() const {
  constexpr size_t kListBytes = sizeof(uint32_t) + sizeof(uint64_t);
  return kListBytes + rows_->memory_bytes() / std::max<size_t>(1, rows_->slot_limit());
}

size_t TimeTable::memory_bytes() const {
  constexpr size_t kTimeBytes = 160;  // a map node with its vectors
  // Room that rows have left is there for others: what counts is what is held.
  if (reads_cold()) return times_.size() * kTimeBytes + count_ * EntryBytes();
  return times_.size() * kTimeBytes + count_ * 12 + rows_->memory_bytes();
}

}  // namespace millrace
