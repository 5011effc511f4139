// SPDX-License-Identifier: Apache-2.0
#include "operators/over/over_frames.h"

#include <arrow/api.h>

#include <algorithm>
#include <numeric>

#include "operators/over/over_calls.h"

namespace millrace {
namespace {

constexpr size_t kPrefetchAhead = 16;

}  // namespace

OverFrames::Frame OverFrames::FrameOf(const OverNode::Fields& fields) {
  const bool at_once = fields.on_arrival || fields.proctime;
  if (fields.preceding < 0) {
    return fields.rows || at_once ? Frame::kUnbounded : Frame::kUnboundedPeers;
  }
  if (fields.rows) return Frame::kRows;
  return at_once ? Frame::kRangeOnArrival : Frame::kRange;
}

OverFrames::OverFrames(const OverNode::Fields& fields, const Schema& input,
                       const OperatorContext& context)
    : fields_(fields),
      frame_(FrameOf(fields)),
      bounded_(fields.preceding >= 0),
      order_sensitive_(false),
      codec_(fields.partition_keys, TypesOf(input, fields.partition_keys)),
      kept_columns_(ColumnsOf(fields.calls)),
      keys_(
          "keys", context.state->track(),
          {.write = [this](uint32_t slot, std::string* out) { sums_.states->Serialize(slot, out); },
           .read =
               [this](uint32_t slot, std::string_view bytes) {
                 Fit();
                 return sums_.states->Deserialize(slot, &bytes);
               },
           .clear = [this](uint32_t slot) { sums_.states->Reset(slot); }}),
      rows_(TypesOf(input, kept_columns_)),
      entries_("frames", context.state->track(), &keys_, &rows_),
      cells_("sequence", context.state->track()),
      sequence_(cells_.Add("sequence", 0, CellTable::Rule::kGreatest)) {
  AddCalls();
  context.state->Register(&keys_);
  if (bounded_) context.state->Register(&entries_);
  context.state->Register(&cells_);
}

/// Gives every call to those who compute it.
void OverFrames::AddCalls() {
  for (size_t i = 0; i < fields_.calls.size(); ++i) {
    AggregateCall call = fields_.calls[i];
    const auto place = [&](int column) {
      return static_cast<int>(std::lower_bound(kept_columns_.begin(), kept_columns_.end(), column) -
                              kept_columns_.begin());
    };
    for (int& arg : call.args) arg = place(arg);
    if (call.filter >= 0) call.filter = place(call.filter);
    const bool last = call.function == "LAST_VALUE";
    if (bounded_ && (last || call.function == "FIRST_VALUE") && !call.distinct && call.filter < 0 &&
        !IsNested(call.resolved.result)) {
      ends_.push_back({.output = i, .column = static_cast<size_t>(call.args[0]), .last = last});
      continue;
    }
    Part& part = !bounded_ || HasHistory(call) ? sums_ : rebuilt_;
    part.calls.push_back(std::move(call));
    part.outputs.push_back(i);
  }
  for (Part* part : {&sums_, &rebuilt_}) {
    part->states = std::make_unique<AggregateStates>(&part->calls);
    order_sensitive_ |= AggregateStates::OrderSensitive(part->calls);
  }
}

/// Makes room for every key and the scratch slots behind them.
void OverFrames::Fit() {
  if (reach_.size() < keys_.slot_limit()) reach_.resize(keys_.slot_limit());
  const uint32_t limit = keys_.slot_limit() + scratch_;
  sums_.states->Reserve(limit);
  rebuilt_.states->Reserve(limit);
}

/// `row` is one of the batch, or behind it one of earlier_.
void OverFrames::AddUpdate(int32_t row, uint32_t slot, int sign, int64_t sequence) {
  rows_read_.push_back(row);
  update_slots_.push_back(slot);
  signs_.push_back(static_cast<int8_t>(sign));
  any_retraction_ |= sign < 0;
  if (order_sensitive_) sequences_.push_back(sequence);
}

void OverFrames::AddKept(const OrderedEntry& entry, uint32_t slot, int sign) {
  AddUpdate(batch_rows_ + static_cast<int32_t>(earlier_.size()), slot, sign, SequenceOf(entry));
  earlier_.push_back(entry.row);
}

/// A result is wanted here. `frame` holds its rows; unbounded frames have none.
void OverFrames::Take(uint32_t slot, std::span<const OrderedEntry> frame) {
  after_.push_back(static_cast<uint32_t>(rows_read_.size()));
  wanted_slots_.push_back(slot);
  for (End& end : ends_) {
    const auto counts = [&](const OrderedEntry& e) { return !rows_.IsNull(end.column, e.row); };
    uint32_t row = RowStore::kNone;
    if (end.last) {
      const auto place = std::find_if(frame.rbegin(), frame.rend(), counts);
      if (place != frame.rend()) row = place->row;
    } else {
      const auto place = std::find_if(frame.begin(), frame.end(), counts);
      if (place != frame.end()) row = place->row;
    }
    end.rows.push_back(row);
  }
}

/// Starts to load what rows to come will look at.
void OverFrames::Prefetch(size_t row) const {
  if (row + kPrefetchAhead < slots_.size()) {
    const uint32_t key = slots_[row + kPrefetchAhead];
    __builtin_prefetch(&reach_[key]);
    entries_.Prefetch(key);
  }
  if (row + kPrefetchAhead / 2 < slots_.size()) {
    entries_.PrefetchEntries(slots_[row + kPrefetchAhead / 2]);
  }
}

/// Finds the keys of the batch and stores its rows.
void OverFrames::Begin(const Batch& batch) {
  for (auto* list :
       {&earlier_, &update_slots_, &after_, &wanted_slots_, &touched_, &stored_, &unkept_}) {
    list->clear();
  }
  for (End& end : ends_) end.rows.clear();
  rows_read_.clear();
  signs_.clear();
  sequences_.clear();
  any_retraction_ = false;
  scratch_ = 0;
  batch_rows_ = static_cast<int32_t>(batch.num_rows);
  next_sequence_ = cells_.get(sequence_);
  codec_.Encode(batch, &encoded_);
  keys_.FindOrInsert(encoded_, &slots_);
  Fit();
  kept_.clear();
  for (int column : kept_columns_) kept_.push_back(batch.columns[static_cast<size_t>(column)]);
  if (!bounded_) return;
  std::vector<int32_t> all(static_cast<size_t>(batch.num_rows));
  std::iota(all.begin(), all.end(), 0);
  rows_.Add(kept_, all, &stored_);
}

Result<AggregateStates::Columns> OverFrames::Process(const Batch& batch,
                                                     std::span<const EventTime> times) {
  Begin(batch);
  switch (frame_) {
    case Frame::kUnbounded:
    case Frame::kUnboundedPeers: AddUnbounded(batch, times); break;
    case Frame::kRows: AddRowsFrames(batch); break;
    case Frame::kRange: AddRangeFrames(batch, times); break;
    case Frame::kRangeOnArrival: AddOnArrival(batch, times); break;
  }
  cells_.Set(sequence_, next_sequence_);
  if (!bounded_ || !sums_.calls.empty()) {
    for (uint32_t slot : slots_) keys_.MarkDirty(slot);
  }
  Fit();
  auto results = RunUpdates();
  Settle();
  return results;
}

void OverFrames::AddUnbounded(const Batch& batch, std::span<const EventTime> times) {
  const size_t count = static_cast<size_t>(batch.num_rows);
  size_t taken = 0;
  for (size_t row = 0; row < count; ++row) {
    AddUpdate(static_cast<int32_t>(row), slots_[row], 1, next_sequence_++);
    const bool last_peer =
        frame_ == Frame::kUnbounded || row + 1 == count || times[row + 1] != times[row];
    if (!last_peer) continue;
    for (; taken <= row; ++taken) Take(slots_[taken], {});
  }
}

/// ROWS frames: the entries of a key are its last rows, in the order they came.
void OverFrames::AddRowsFrames(const Batch& batch) {
  const auto length = static_cast<size_t>(fields_.preceding) + 1;
  for (size_t row = 0; row < static_cast<size_t>(batch.num_rows); ++row) {
    Prefetch(row);
    const uint32_t key = slots_[row];
    const int64_t sequence = next_sequence_++;
    entries_.Insert(key, {0, static_cast<uint64_t>(sequence), stored_[row]});
    const auto entries = entries_.entries_of(key);
    Reach& reach = reach_[key];
    if (entries.size() - reach.begin > length) {
      AddKept(entries[reach.begin++], key, -1);
      reach.hidden = reach.begin;
      touched_.push_back(key);
    }
    AddUpdate(static_cast<int32_t>(row), key, 1, sequence);
    Take(key, entries.subspan(reach.begin));
  }
}

/// Takes entries older than `oldest` out of the accumulators; they cannot be seen again.
void OverFrames::LeaveBefore(uint32_t key, EventTime oldest) {
  const auto entries = entries_.entries_of(key);
  Reach& reach = reach_[key];
  while (reach.hidden < entries.size() && entries[reach.hidden].time < oldest) {
    if (reach.hidden == reach.begin) AddKept(entries[reach.begin++], key, -1);
    ++reach.hidden;
    touched_.push_back(key);
  }
}

/// RANGE frames in time order: rows of equal time share a result.
void OverFrames::AddRangeFrames(const Batch& batch, std::span<const EventTime> times) {
  const size_t count = static_cast<size_t>(batch.num_rows);
  for (size_t first = 0; first < count;) {
    size_t end = first;
    for (; end < count && times[end] == times[first]; ++end) {
      Prefetch(end);
      const uint32_t key = slots_[end];
      LeaveBefore(key, Before(times[first], fields_.preceding));
      const OrderedEntry entry{times[end], static_cast<uint64_t>(next_sequence_++), stored_[end]};
      entries_.Insert(key, entry);
      AddUpdate(static_cast<int32_t>(end), key, 1, SequenceOf(entry));
      Queue(key);
    }
    for (; first < end; ++first) {
      const uint32_t key = slots_[first];
      Take(key, entries_.entries_of(key).subspan(reach_[key].begin));
    }
  }
}

void OverFrames::AddOnArrival(const Batch& batch, std::span<const EventTime> times) {
  for (size_t row = 0; row < static_cast<size_t>(batch.num_rows); ++row) {
    Prefetch(row);
    const EventTime time = times[row];
    const EventTime now =
        fields_.proctime ? time : batch.watermark_before(static_cast<int64_t>(row));
    const EventTime oldest = now == kMinWatermark ? kMinWatermark : Before(now, fields_.preceding);
    const uint32_t key = slots_[row];
    LeaveBefore(key, oldest);
    const auto entries = entries_.entries_of(key);
    if (entries.empty() || entries.back().time <= time) {
      AddInOrder(row, time, oldest);
    } else {
      AddOutOfOrder(row, time, oldest);
    }
    Queue(key);
  }
}

/// The newest row of its key: the frame moves on.
void OverFrames::AddInOrder(size_t row, EventTime time, EventTime oldest) {
  const uint32_t key = slots_[row];
  const int64_t sequence = next_sequence_++;
  if (time < oldest) {
    AddUpAnew(row, 0, 0);
    return;
  }
  Reach& reach = reach_[key];
  const auto entries = entries_.entries_of(key);
  const EventTime low = Before(time, fields_.preceding);
  for (; reach.begin < entries.size() && entries[reach.begin].time < low; ++reach.begin) {
    AddKept(entries[reach.begin], key, -1);
  }
  entries_.Insert(key, {time, static_cast<uint64_t>(sequence), stored_[row]});
  AddUpdate(static_cast<int32_t>(row), key, 1, time);
  Take(key, entries_.entries_of(key).subspan(reach.begin));
}

void OverFrames::AddOutOfOrder(size_t row, EventTime time, EventTime oldest) {
  const uint32_t key = slots_[row];
  if (time < oldest) {
    AddUpAnew(row, 0, 0);
    return;
  }
  const int64_t sequence = next_sequence_++;
  const size_t place = entries_.Insert(key, {time, static_cast<uint64_t>(sequence), stored_[row]});
  Reach& reach = reach_[key];
  const auto entries = entries_.entries_of(key);
  const bool stays = place >= reach.begin && entries.back().time - time <= fields_.preceding;
  if (!stays) ++reach.begin;
  const EventTime low_time = std::max(oldest, Before(time, fields_.preceding));
  const auto low =
      static_cast<size_t>(std::lower_bound(entries.begin() + reach.hidden, entries.end(),
                                           OrderedEntry{low_time, 0, 0}) -
                          entries.begin());
  const size_t newer = entries.size() - place - 1;
  const size_t older = low < reach.begin ? reach.begin - low : 0;
  if (order_sensitive_ || place - low <= 2 * (newer + older)) {
    AddUpAnew(row, place, low);
    if (stays) AddUpdate(static_cast<int32_t>(row), key, 1, time);
  } else {
    MoveBackAndForth(row, place, low, stays);
  }
}

/// One result from a scratch slot over entries [low, place] (or the row alone if it has no entry).
void OverFrames::AddUpAnew(size_t row, size_t place, size_t low) {
  const uint32_t key = slots_[row];
  const uint32_t slot = keys_.slot_limit() + scratch_++;
  const auto entries = entries_.entries_of(key);
  const bool has_entry = place < entries.size() && entries[place].row == stored_[row];
  for (size_t i = low; has_entry && i < place; ++i) AddKept(entries[i], slot, 1);
  AddUpdate(static_cast<int32_t>(row), slot, 1, 0x7FFFFFFFFFFFFFFF);
  const OrderedEntry alone{0, 0, stored_[row]};
  Take(slot, has_entry ? entries.subspan(low, place + 1 - low) : std::span(&alone, 1));
  if (!has_entry) unkept_.push_back(stored_[row]);
}

/// Takes newer entries out and older ones in, for one result, and puts all back.
void OverFrames::MoveBackAndForth(size_t row, size_t place, size_t low, bool stays) {
  const uint32_t key = slots_[row];
  const auto entries = entries_.entries_of(key);
  // An entry that does not stay lies before reach.begin, and so is never in here by itself.
  const size_t begin = reach_[key].begin;
  const size_t first_newer = std::max(place + 1, begin);
  const auto apply = [&](size_t from, size_t to, int sign) {
    for (size_t i = from; i < to; ++i) {
      if (i != place) AddKept(entries[i], key, sign);
    }
  };
  apply(first_newer, entries.size(), -1);
  apply(low, std::min(begin, place + 1), 1);
  AddUpdate(static_cast<int32_t>(row), key, 1, entries[place].time);
  Take(key, entries.subspan(low, place + 1 - low));
  if (!stays) AddUpdate(static_cast<int32_t>(row), key, -1, entries[place].time);
  apply(low, std::min(begin, place + 1), -1);
  apply(first_newer, entries.size(), 1);
}

/// The kept columns of the batch and, behind them, of the earlier rows that updates read.
Result<AggregateStates::Columns> OverFrames::UpdateColumns() {
  if (earlier_.empty()) return kept_;
  AggregateStates::Columns columns;
  for (size_t c = 0; c < kept_.size(); ++c) {
    TRY_ASSIGN(auto earlier, rows_.Gather(c, earlier_));
    auto column = arrow::Concatenate({kept_[c], std::move(earlier)});
    if (!column.ok()) return InternalError("the rows of a frame", column.status().ToString());
    columns.push_back(*std::move(column));
  }
  return columns;
}

Result<AggregateStates::Columns> OverFrames::RunUpdates() {
  AggregateStates::Columns results(fields_.calls.size());
  for (const End& end : ends_) {
    TRY_ASSIGN(results[end.output], rows_.Gather(end.column, end.rows));
  }
  if (ends_.size() == results.size()) return results;
  TRY_ASSIGN(const auto columns, UpdateColumns());
  if (!any_retraction_) signs_.clear();
  for (Part* part : {&sums_, &rebuilt_}) {
    if (part->calls.empty()) continue;
    TRY_ASSIGN(auto part_results,
               part->states->UpdateRunning({.columns = columns,
                                            .rows = rows_read_,
                                            .slots = update_slots_,
                                            .signs = signs_,
                                            .sequence = sequences_},
                                           {.after = after_, .slots = wanted_slots_}));
    for (size_t i = 0; i < part_results.size(); ++i) {
      results[part->outputs[i]] = std::move(part_results[i]);
    }
  }
  return results;
}

/// Frees what the batch has put out of sight, and the scratch slots.
void OverFrames::Settle() {
  for (uint32_t key : touched_) {
    Reach& reach = reach_[key];
    entries_.TrimFront(key, reach.hidden);
    reach.begin -= reach.hidden;
    reach.hidden = 0;
  }
  for (uint32_t row : unkept_) rows_.Free(row);
  for (uint32_t i = 0; i < scratch_; ++i) {
    sums_.states->Reset(keys_.slot_limit() + i);
    rebuilt_.states->Reset(keys_.slot_limit() + i);
  }
  scratch_ = 0;
}

EventTime OverFrames::Before(EventTime time, int64_t length) {
  EventTime result;
  return __builtin_sub_overflow(time, length, &result) ? kMinWatermark : result;
}

/// Notes when the key may be dropped. RANGE frames only: others keep their keys.
void OverFrames::Queue(uint32_t key) {
  Reach& reach = reach_[key];
  if (reach.queued) return;
  reach.queued = true;
  const auto entries = entries_.entries_of(key);
  expiry_.emplace(entries.empty() ? kMinWatermark : entries.back().time, key);
}

void OverFrames::Release(EventTime watermark) {
  if (watermark == kMinWatermark) return;
  const EventTime oldest = Before(watermark, fields_.preceding);
  while (!expiry_.empty() && expiry_.top().first < oldest) {
    const uint32_t key = expiry_.top().second;
    expiry_.pop();
    reach_[key].queued = false;
    const auto entries = entries_.entries_of(key);
    if (entries.empty() || entries.back().time < oldest) {
      DropKey(key);
    } else {
      Queue(key);
    }
  }
}

void OverFrames::DropKey(uint32_t key) {
  entries_.TrimFront(key, entries_.entries_of(key).size());
  sums_.states->Reset(key);
  rebuilt_.states->Reset(key);
  reach_[key] = Reach();
  keys_.Erase(key);
}

/// Adds rows that are in frames again, a batch of them at a time.
class OverFrames::Rebuild {
 public:
  explicit Rebuild(OverFrames* frames) : frames_(*frames) {}

  Status Add(uint32_t key, std::span<const OrderedEntry> inside) {
    for (const OrderedEntry& entry : inside) {
      rows_.push_back(static_cast<int32_t>(sources_.size()));
      sources_.push_back(entry.row);
      slots_.push_back(key);
      sequences_.push_back(frames_.SequenceOf(entry));
    }
    return static_cast<int64_t>(rows_.size()) < kMaxBatchRows ? OkStatus() : Flush();
  }
  Status Flush() {
    if (rows_.empty()) return OkStatus();
    TRY_ASSIGN(const auto columns, frames_.rows_.GatherAll(sources_));
    TRY(frames_.rebuilt_.states->Update(
        {.columns = columns, .rows = rows_, .slots = slots_, .signs = {}, .sequence = sequences_}));
    rows_.clear();
    sources_.clear();
    slots_.clear();
    sequences_.clear();
    return OkStatus();
  }

 private:
  OverFrames& frames_;
  std::vector<int32_t> rows_;
  std::vector<uint32_t> sources_;
  std::vector<uint32_t> slots_;
  std::vector<int64_t> sequences_;
};

Status OverFrames::Restored() {
  Fit();
  if (!bounded_) return OkStatus();
  Rebuild rebuild(this);
  for (uint32_t key = 0; key < keys_.slot_limit(); ++key) {
    if (!keys_.live(key)) continue;
    const auto entries = entries_.entries_of(key);
    Reach& reach = reach_[key];
    if (frame_ != Frame::kRows) Queue(key);
    if (frame_ == Frame::kRangeOnArrival && !entries.empty()) {
      const EventTime low = Before(entries.back().time, fields_.preceding);
      reach.begin = static_cast<uint32_t>(
          std::lower_bound(entries.begin(), entries.end(), OrderedEntry{low, 0, 0}) -
          entries.begin());
    }
    if (!rebuilt_.calls.empty()) TRY(rebuild.Add(key, entries.subspan(reach.begin)));
  }
  return rebuild.Flush();
}

}  // namespace millrace
