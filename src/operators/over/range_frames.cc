// SPDX-License-Identifier: Apache-2.0
#include "operators/over/range_frames.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "base/prefetch.h"
#include "operators/over/over_calls.h"
#include "operators/over/rebuilding.h"
#include "state/encoding.h"

namespace millrace {
namespace {

constexpr int64_t kLast = std::numeric_limits<int64_t>::max();

/// The time before which entries are out of sight, without overflow.
EventTime Before(EventTime time, int64_t length) {
  EventTime result;
  if (time == kMinWatermark || __builtin_sub_overflow(time, length, &result)) return kMinWatermark;
  return result;
}

size_t CountBefore(std::span<const HistoryEntry> entries, EventTime time) {
  const auto place =
      std::lower_bound(entries.begin(), entries.end(), time,
                       [](const HistoryEntry& entry, EventTime t) { return entry.time < t; });
  return static_cast<size_t>(place - entries.begin());
}

std::vector<int> ColumnsOf(const std::vector<RangeFrames::Frame>& frames) {
  std::set<int> columns;
  for (const RangeFrames::Frame& frame : frames) {
    columns.insert(frame.calls->columns().begin(), frame.calls->columns().end());
  }
  return {columns.begin(), columns.end()};
}

}  // namespace

RangeFrames::RangeFrames(std::vector<Frame> frames, const std::vector<DataType>& columns,
                         Options options, KeyTable* keys)
    : frames_(std::move(frames)),
      options_(options),
      keys_(keys),
      columns_(ColumnsOf(frames_)),
      rows_(TypesOf(columns, columns_)),
      history_("frames", options.track, keys, &rows_),
      slots_(frames_.size()) {
  for (const Frame& frame : frames_) {
    longest_ = std::max(longest_, frame.preceding);
    frame.calls->set_stored(PlacesOf(frame.calls->columns(), columns_));
    frame.calls->Reserve(1);
  }
}

uint32_t RangeFrames::NewSlot(size_t frame) {
  Slots& slots = slots_[frame];
  if (slots.free.empty()) return slots.limit++;
  const uint32_t slot = slots.free.back();
  slots.free.pop_back();
  return slot;
}

uint32_t RangeFrames::SlotOf(Reach* reach, size_t frame) {
  if (reach->slot == kNone && frames_[frame].calls->has_states()) reach->slot = NewSlot(frame);
  return reach->slot;
}

void RangeFrames::GiveBack(Reach* reach, size_t frame) {
  if (reach->slot != kNone) slots_[frame].given_back.push_back(reach->slot);
  reach->slot = kNone;
}

/// Starts to load what rows to come will look at.
void RangeFrames::Prefetch(std::span<const uint32_t> slots, size_t row) const {
  if (row + RowHistory::kPrefetchAhead < slots.size()) {
    const uint32_t key = slots[row + RowHistory::kPrefetchAhead];
    PrefetchLine(&reach_[key * width()]);
    history_.Prefetch(key);
  }
  if (row + RowHistory::kPrefetchAhead / 2 < slots.size()) {
    const uint32_t key = slots[row + RowHistory::kPrefetchAhead / 2];
    history_.PrefetchEntries(key);
    const auto entries = history_.entries_of(key);
    for (size_t f = 0; f < width(); ++f) {
      PrefetchLine(entries.data() + reach_[key * width() + f].begin);
    }
  }
}

void RangeFrames::Add(const Batch& batch, std::span<const EventTime> times,
                      std::span<const uint32_t> slots) {
  const auto count = static_cast<size_t>(batch.num_rows);
  stored_.clear();
  touched_.clear();
  unkept_.clear();
  filled_ = 0;
  Fit();
  rows_.AddSlots(count, &stored_);
  if (all_.size() < count) {
    all_.resize(count);
    std::iota(all_.begin(), all_.end(), 0);
  }
  Fill(batch.columns);
  for (const Frame& frame : frames_) frame.calls->Begin(batch);
  if (options_.on_arrival) {
    AddOnArrival(batch, times, slots);
  } else {
    AddPeers(times, slots);
  }
  for (size_t f = 0; f < width(); ++f) frames_[f].calls->Reserve(slots_[f].limit);
}

void RangeFrames::Fill(const FrameCalls::Columns& columns) {
  for (; filled_ < columns_.size(); ++filled_) {
    const auto column = static_cast<size_t>(columns_[filled_]);
    if (column >= columns.size()) return;
    rows_.Set(filled_, columns[column], std::span(all_).first(stored_.size()), stored_);
  }
}

/// In time order: rows of equal time share a result.
void RangeFrames::AddPeers(std::span<const EventTime> times, std::span<const uint32_t> slots) {
  for (size_t first = 0; first < times.size();) {
    const EventTime time = times[first];
    size_t end = first;
    for (; end < times.size() && times[end] == time; ++end) {
      Prefetch(slots, end);
      const uint32_t key = slots[end];
      const EventTime oldest = Before(time, longest_);
      const auto before = history_.entries_of(key);
      if (!before.empty() && before.front().time < oldest) touched_.push_back({key, oldest});
      for (size_t f = 0; f < width(); ++f) Leave(f, key, Before(time, frames_[f].preceding));
      const size_t place = history_.Insert(key, time, stored_[end]);
      const int64_t sequence = SequenceOf(key, history_.entries_of(key)[place]);
      for (size_t f = 0; f < width(); ++f) {
        frames_[f].calls->Add(end, SlotOf(&ReachOf(key, f), f), 1, sequence);
      }
      Queue(key);
    }
    for (; first < end; ++first) {
      const uint32_t key = slots[first];
      for (size_t f = 0; f < width(); ++f) {
        const Reach& reach = ReachOf(key, f);
        frames_[f].calls->Take(reach.slot, history_.entries_of(key).subspan(reach.begin), &rows_);
      }
    }
  }
}

void RangeFrames::AddOnArrival(const Batch& batch, std::span<const EventTime> times,
                               std::span<const uint32_t> slots) {
  for (size_t row = 0; row < times.size(); ++row) {
    Prefetch(slots, row);
    const EventTime now =
        options_.proctime ? times[row] : batch.watermark_before(static_cast<int64_t>(row));
    AddRow({row, slots[row], times[row], stored_[row]}, now);
  }
}

/// Takes entries older than `oldest` out of the accumulators; all at once if none is left.
void RangeFrames::Leave(size_t frame, uint32_t key, EventTime oldest) {
  Reach& reach = ReachOf(key, frame);
  const auto entries = history_.entries_of(key);
  if (reach.begin == entries.size()) return;
  if (entries.back().time < oldest) {
    reach.begin = static_cast<uint32_t>(entries.size());
    GiveBack(&reach, frame);
    return;
  }
  for (; entries[reach.begin].time < oldest; ++reach.begin) {
    const HistoryEntry& entry = entries[reach.begin];
    frames_[frame].calls->AddStored(entry.row, reach.slot, -1, SequenceOf(key, entry));
  }
}

void RangeFrames::AddRow(const Row& row, EventTime now) {
  const auto entries = history_.entries_of(row.key);
  const EventTime oldest = Before(now, longest_);
  if (!entries.empty() && entries.front().time < oldest) touched_.push_back({row.key, oldest});
  const bool in_order = entries.empty() || entries.back().time <= row.time;
  for (size_t f = 0; f < width(); ++f) {
    const int64_t preceding = frames_[f].preceding;
    const EventTime seen = Before(now, preceding);
    Leave(f, row.key, in_order ? std::max(seen, Before(row.time, preceding)) : seen);
  }
  if (row.time < oldest) {
    for (size_t f = 0; f < width(); ++f) AddAlone(f, row);
    unkept_.push_back(row.stored);
    Queue(row.key);
    return;
  }
  const size_t place = history_.Insert(row.key, row.time, row.stored);
  for (size_t f = 0; f < width(); ++f) {
    const EventTime seen = Before(now, frames_[f].preceding);
    if (row.time < seen) {
      AddAlone(f, row);
      ++ReachOf(row.key, f).begin;  // it lies before all that the frame can see
    } else if (in_order) {
      AddInOrder(f, row);
    } else {
      AddOutOfOrder(f, row, place, seen);
    }
  }
  Queue(row.key);
}

/// The newest row of its key: the frame has moved on.
void RangeFrames::AddInOrder(size_t frame, const Row& row) {
  Reach& reach = ReachOf(row.key, frame);
  FrameCalls& calls = *frames_[frame].calls;
  const uint32_t slot = SlotOf(&reach, frame);
  calls.Add(row.row, slot, 1, row.time);
  calls.Take(slot, history_.entries_of(row.key).subspan(reach.begin), &rows_);
}

void RangeFrames::AddOutOfOrder(size_t frame, const Row& row, size_t place, EventTime oldest) {
  Reach& reach = ReachOf(row.key, frame);
  const int64_t preceding = frames_[frame].preceding;
  const auto entries = history_.entries_of(row.key);
  const bool stays = place >= reach.begin && entries.back().time - row.time <= preceding;
  if (!stays) ++reach.begin;
  const size_t low = CountBefore(entries, std::max(oldest, Before(row.time, preceding)));
  const size_t newer = entries.size() - place - 1;
  const size_t older = low < reach.begin ? reach.begin - low : 0;
  FrameCalls& calls = *frames_[frame].calls;
  if (calls.order_sensitive() || place - low <= 2 * (newer + older)) {
    AddUpAnew(frame, row, place, low);
    if (stays) calls.Add(row.row, SlotOf(&reach, frame), 1, row.time);
  } else {
    MoveBackAndForth(frame, row, place, low);
    if (stays) return;
    calls.Add(row.row, reach.slot, -1, row.time);
  }
}

/// One result over the row alone.
void RangeFrames::AddAlone(size_t frame, const Row& row) {
  FrameCalls& calls = *frames_[frame].calls;
  Reach alone;
  const uint32_t slot = SlotOf(&alone, frame);
  calls.Add(row.row, slot, 1, kLast);
  const HistoryEntry entry{row.time, 0, row.stored};
  calls.Take(slot, std::span(&entry, 1), &rows_);
  GiveBack(&alone, frame);
}

/// One result over entries [low, place], from a slot of its own.
void RangeFrames::AddUpAnew(size_t frame, const Row& row, size_t place, size_t low) {
  FrameCalls& calls = *frames_[frame].calls;
  Reach anew;
  const uint32_t slot = SlotOf(&anew, frame);
  const auto entries = history_.entries_of(row.key);
  for (size_t i = low; i < place; ++i) {
    calls.AddStored(entries[i].row, slot, 1, SequenceOf(row.key, entries[i]));
  }
  calls.Add(row.row, slot, 1, kLast);
  calls.Take(slot, entries.subspan(low, place + 1 - low), &rows_);
  GiveBack(&anew, frame);
}

/// Takes newer entries out and older ones in, for one result, and puts all back but the row.
void RangeFrames::MoveBackAndForth(size_t frame, const Row& row, size_t place, size_t low) {
  FrameCalls& calls = *frames_[frame].calls;
  const auto entries = history_.entries_of(row.key);
  const Reach& reach = ReachOf(row.key, frame);
  // An entry that does not stay lies before reach.begin, and so is never in here by itself.
  const size_t begin = reach.begin;
  const size_t first_newer = std::max(place + 1, begin);
  const auto apply = [&](size_t from, size_t to, int sign) {
    for (size_t i = from; i < to; ++i) {
      if (i == place) continue;
      calls.AddStored(entries[i].row, reach.slot, sign, SequenceOf(row.key, entries[i]));
    }
  };
  apply(first_newer, entries.size(), -1);
  apply(low, std::min(begin, place + 1), 1);
  calls.Add(row.row, reach.slot, 1, row.time);
  calls.Take(reach.slot, entries.subspan(low, place + 1 - low), &rows_);
  apply(low, std::min(begin, place + 1), -1);
  apply(first_newer, entries.size(), 1);
}

void RangeFrames::Settle() {
  history_.EncodeInserted();
  for (const Trim& trim : touched_) {
    const size_t gone = CountBefore(history_.entries_of(trim.key), trim.oldest);
    history_.TrimFront(trim.key, gone);
    for (size_t f = 0; f < width(); ++f) {
      ReachOf(trim.key, f).begin -= static_cast<uint32_t>(gone);
    }
  }
  touched_.clear();
  for (uint32_t row : unkept_) rows_.Free(row);
  unkept_.clear();
  for (size_t f = 0; f < width(); ++f) {
    Slots& slots = slots_[f];
    for (uint32_t slot : slots.given_back) frames_[f].calls->Reset(slot);
    slots.free.insert(slots.free.end(), slots.given_back.begin(), slots.given_back.end());
    slots.given_back.clear();
  }
}

/// Notes when the rows of a key may be dropped.
void RangeFrames::Queue(uint32_t key) {
  if (queued_[key]) return;
  queued_[key] = true;
  const auto entries = history_.entries_of(key);
  expiry_.emplace(entries.empty() ? kMinWatermark : entries.back().time, key);
}

/// Drops what is left in the queue of keys that left memory since they were noted.
void RangeFrames::QueueAnew() {
  expiry_ = {};
  queued_.assign(queued_.size(), false);
  for (uint32_t key = 0; key < keys_->slot_limit(); ++key) {
    if (keys_->live(key)) Queue(key);
  }
}

void RangeFrames::Release(EventTime watermark, std::vector<uint32_t>* released) {
  if (watermark == kMinWatermark) return;
  const EventTime oldest = Before(watermark, longest_);
  while (!expiry_.empty() && expiry_.top().first < oldest) {
    const uint32_t key = expiry_.top().second;
    expiry_.pop();
    queued_[key] = false;
    if (!keys_->live(key)) continue;  // it has left memory
    const auto entries = history_.entries_of(key);
    if (!entries.empty() && entries.back().time >= oldest) {
      Queue(key);
      continue;
    }
    history_.Clear(key);
    for (size_t f = 0; f < width(); ++f) {
      GiveBack(&ReachOf(key, f), f);
      ReachOf(key, f) = Reach();
    }
    released->push_back(key);
  }
  Settle();
}

void RangeFrames::Fit() {
  reach_.resize(std::max(reach_.size(), keys_->slot_limit() * width()));
  queued_.resize(std::max<size_t>(queued_.size(), keys_->slot_limit()));
}

void RangeFrames::WriteSums(uint32_t key, size_t frame, std::string* out) const {
  frames_[frame].calls->sums().SerializeInOrder(reach_[key * width() + frame].slot, out);
}

void RangeFrames::ReadBegin(uint32_t key) {
  Fit();
  for (size_t f = 0; f < width(); ++f) {
    GiveBack(&ReachOf(key, f), f);
    ReachOf(key, f) = Reach();
  }
}

Status RangeFrames::ReadSum(uint32_t key, size_t frame, size_t call, std::string_view bytes) {
  FrameCalls& calls = *frames_[frame].calls;
  const uint32_t slot = SlotOf(&ReachOf(key, frame), frame);
  calls.Reserve(slots_[frame].limit);
  return calls.sums().DeserializeCall(call, slot, bytes);
}

void RangeFrames::WriteReach(uint32_t key, std::string* out) const {
  const size_t entries = history_.entries_of(key).size();
  for (size_t f = 0; f < width(); ++f) PutVarint(entries - reach_[key * width() + f].begin, out);
}

void RangeFrames::PrefetchForWrite(uint32_t key, int step) const {
  if (step == 0) {
    PrefetchLine(&reach_[key * width()]);
    history_.Prefetch(key);
  } else {
    history_.PrefetchBytes(key);
  }
}

/// Until Restored, a reach's begin counts from the end.
void RangeFrames::ReadReach(uint32_t key, size_t frame, std::optional<uint64_t> inside) {
  Reach& reach = ReachOf(key, frame);
  reach.begin = inside ? static_cast<uint32_t>(*inside) : kUnknown;
  if (reach.begin == 0) {
    GiveBack(&reach, frame);
  } else {
    SlotOf(&reach, frame);
  }
}

Status RangeFrames::Restored() {
  Fit();
  TRY(history_.Restored());
  std::vector<uint32_t> all(reach_.size() / width());
  std::iota(all.begin(), all.end(), 0);
  TRY(Rebuild(all));
  for (const uint32_t key : all) {
    if (keys_->live(key)) Queue(key);
  }
  return OkStatus();
}

Status RangeFrames::Load(std::span<const uint32_t> keys) {
  if (keys.empty()) return OkStatus();
  Fit();
  TRY(history_.Load(keys));
  TRY(Rebuild(keys));
  for (const uint32_t key : keys) {
    if (!history_.entries_of(key).empty()) Queue(key);
  }
  if (expiry_.size() > 2 * size_t{keys_->slot_limit()}) QueueAnew();
  return OkStatus();
}

void RangeFrames::Evict(uint32_t key) {
  history_.Evict(key);
  queued_[key] = false;
  for (size_t f = 0; f < width(); ++f) {
    GiveBack(&ReachOf(key, f), f);
    ReachOf(key, f) = Reach();
  }
}

/// Where a frame begins among the rows of a key that was read.
Status RangeFrames::PlaceReach(uint32_t key, size_t frame) {
  const auto entries = history_.entries_of(key);
  Reach& reach = ReachOf(key, frame);
  if (reach.begin == kUnknown) {
    reach.begin = 0;
    if (entries.empty()) {
      GiveBack(&reach, frame);
    } else {
      const EventTime oldest = Before(entries.back().time, frames_[frame].preceding);
      reach.begin = static_cast<uint32_t>(CountBefore(entries, oldest));
    }
    return OkStatus();
  }
  if (reach.begin > entries.size()) return CorruptStateEntry(history_.name());
  reach.begin = static_cast<uint32_t>(entries.size()) - reach.begin;
  return OkStatus();
}

Status RangeFrames::AddFrame(uint32_t key, size_t frame, Rebuilding* rebuilding) const {
  const Reach& reach = reach_[key * width() + frame];
  for (const HistoryEntry& entry : history_.entries_of(key).subspan(reach.begin)) {
    TRY(rebuilding->Add(entry.row, reach.slot, SequenceOf(key, entry)));
  }
  return OkStatus();
}

/// Sums that the values of keys did not have. What was read one after the other mostly lacks the
/// same ones.
Status RangeFrames::RebuildMissing(size_t frame) {
  for (size_t i = 0; i < without_sums_.size();) {
    const std::vector<uint32_t>* sums = without_sums_[i].sums;
    Rebuilding rebuilding(frames_[frame].calls, &rows_, *sums);
    for (; i < without_sums_.size(); ++i) {
      const WithoutSums& without = without_sums_[i];
      if (without.frame != frame) continue;
      if (without.sums != sums) break;
      TRY(AddFrame(without.key, frame, &rebuilding));
    }
    TRY(rebuilding.Flush());
  }
  return OkStatus();
}

/// What follows from the rows of keys.
Status RangeFrames::Rebuild(std::span<const uint32_t> keys) {
  for (size_t f = 0; f < width(); ++f) {
    FrameCalls& calls = *frames_[f].calls;
    calls.Reserve(slots_[f].limit);
    Rebuilding rebuilding(&calls, &rows_);
    for (const uint32_t key : keys) {
      TRY(PlaceReach(key, f));
      if (calls.has_rebuilt()) TRY(AddFrame(key, f, &rebuilding));
    }
    TRY(rebuilding.Flush());
  }
  for (size_t f = 0; f < width(); ++f) TRY(RebuildMissing(f));
  without_sums_.clear();
  Settle();
  return OkStatus();
}

}  // namespace millrace
