// SPDX-License-Identifier: Apache-2.0
#include "operators/over/over_frames.h"

#include <arrow/api.h>

#include <algorithm>
#include <numeric>

namespace millrace {
namespace {

std::vector<DataType> TypesOf(const Schema& schema, const std::vector<int>& columns) {
  std::vector<DataType> types;
  for (int column : columns) types.push_back(schema[static_cast<size_t>(column)].type);
  return types;
}

/// The distinct columns that the calls read, ascending.
std::vector<int> ColumnsOf(const std::vector<AggregateCall>& calls) {
  std::vector<int> columns;
  for (const AggregateCall& call : calls) {
    columns.insert(columns.end(), call.args.begin(), call.args.end());
    if (call.filter >= 0) columns.push_back(call.filter);
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

/// True if a call's accumulator is a few numbers, whatever the size of the frame.
bool IsSum(const AggregateCall& call) {
  constexpr std::string_view kSums[] = {"COUNT",      "SUM",         "$SUM0",   "AVG",
                                        "STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP",
                                        "VARIANCE",   "STDDEV"};
  return !call.distinct &&
         std::find(std::begin(kSums), std::end(kSums), call.function) != std::end(kSums);
}

/// The time before which entries are out of sight, without overflow.
EventTime Before(EventTime time, int64_t length) {
  EventTime result;
  return __builtin_sub_overflow(time, length, &result) ? kMinWatermark : result;
}

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
      order_sensitive_(AggregateStates::OrderSensitive(fields.calls)),
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
      sequence_(cells_.Add("sequence", 0)) {
  for (size_t i = 0; i < fields_.calls.size(); ++i) {
    AggregateCall call = fields_.calls[i];
    const auto place = [&](int column) {
      return static_cast<int>(std::lower_bound(kept_columns_.begin(), kept_columns_.end(), column) -
                              kept_columns_.begin());
    };
    for (int& arg : call.args) arg = place(arg);
    if (call.filter >= 0) call.filter = place(call.filter);
    Part& part = !bounded_ || IsSum(call) ? sums_ : collections_;
    part.calls.push_back(std::move(call));
    part.outputs.push_back(i);
  }
  for (Part* part : {&sums_, &collections_}) {
    part->states = std::make_unique<AggregateStates>(&part->calls);
  }
  context.state->Register(&keys_);
  if (bounded_) context.state->Register(&entries_);
  context.state->Register(&cells_);
}

/// Makes room for every key and the scratch slots behind them.
void OverFrames::Fit() {
  if (reach_.size() < keys_.slot_limit()) reach_.resize(keys_.slot_limit());
  const uint32_t limit = keys_.slot_limit() + scratch_;
  sums_.states->Reserve(limit);
  collections_.states->Reserve(limit);
}

void OverFrames::AddUpdate(uint32_t source, uint32_t slot, int sign, int64_t sequence) {
  sources_.push_back(source);
  update_slots_.push_back(slot);
  signs_.push_back(static_cast<int8_t>(sign));
  if (order_sensitive_) sequences_.push_back(sequence);
}

void OverFrames::Take(uint32_t slot) {
  after_.push_back(static_cast<uint32_t>(sources_.size()));
  wanted_slots_.push_back(slot);
}

Result<AggregateStates::Columns> OverFrames::Process(const Batch& batch,
                                                     std::span<const EventTime> times) {
  for (auto* list :
       {&sources_, &update_slots_, &after_, &wanted_slots_, &touched_, &stored_, &unkept_}) {
    list->clear();
  }
  signs_.clear();
  sequences_.clear();
  scratch_ = 0;
  codec_.Encode(batch, &encoded_);
  keys_.FindOrInsert(encoded_, &slots_);
  Fit();
  if (bounded_) {
    std::vector<int32_t> all(static_cast<size_t>(batch.num_rows));
    std::iota(all.begin(), all.end(), 0);
    AggregateStates::Columns kept;
    for (int column : kept_columns_) kept.push_back(batch.columns[static_cast<size_t>(column)]);
    rows_.Add(kept, all, &stored_);
  }
  switch (frame_) {
    case Frame::kUnbounded:
    case Frame::kUnboundedPeers: AddUnbounded(batch, times); break;
    case Frame::kRows: AddRowsFrames(batch); break;
    case Frame::kRange: AddRangeFrames(batch, times); break;
    case Frame::kRangeOnArrival: AddOnArrival(batch, times); break;
  }
  for (uint32_t slot : slots_) keys_.MarkDirty(slot);
  Fit();
  auto results = RunUpdates(batch);
  Settle();
  return results;
}

void OverFrames::AddUnbounded(const Batch& batch, std::span<const EventTime> times) {
  int64_t sequence = cells_.get(sequence_);
  const size_t count = static_cast<size_t>(batch.num_rows);
  size_t taken = 0;
  for (size_t row = 0; row < count; ++row) {
    AddUpdate(static_cast<uint32_t>(row), slots_[row], 1, sequence++);
    const bool last_peer =
        frame_ == Frame::kUnbounded || row + 1 == count || times[row + 1] != times[row];
    if (!last_peer) continue;
    for (; taken <= row; ++taken) Take(slots_[taken]);
  }
  cells_.Set(sequence_, sequence);
}

/// ROWS frames: the entries of a key are its last rows, in the order they came.
void OverFrames::AddRowsFrames(const Batch& batch) {
  int64_t sequence = cells_.get(sequence_);
  const auto length = static_cast<size_t>(fields_.preceding) + 1;
  for (size_t row = 0; row < static_cast<size_t>(batch.num_rows); ++row) {
    const uint32_t key = slots_[row];
    entries_.Insert(key, {0, static_cast<uint64_t>(sequence), stored_[row]});
    const auto entries = entries_.entries_of(key);
    Reach& reach = reach_[key];
    if (entries.size() - reach.begin > length) {
      const OrderedEntry& gone = entries[reach.begin++];
      reach.hidden = reach.begin;
      AddUpdate(gone.row, key, -1, static_cast<int64_t>(gone.sequence));
      touched_.push_back(key);
    }
    AddUpdate(stored_[row], key, 1, sequence++);
    Take(key);
  }
  cells_.Set(sequence_, sequence);
}

/// Takes entries older than `oldest` out of the accumulators; they cannot be seen again.
void OverFrames::LeaveBefore(uint32_t key, EventTime oldest) {
  const auto entries = entries_.entries_of(key);
  Reach& reach = reach_[key];
  while (reach.hidden < entries.size() && entries[reach.hidden].time < oldest) {
    if (reach.hidden == reach.begin) {
      AddUpdate(entries[reach.begin].row, key, -1, SequenceOf(entries[reach.begin]));
      ++reach.begin;
    }
    ++reach.hidden;
    touched_.push_back(key);
  }
}

/// RANGE frames in time order: rows of equal time share a result.
void OverFrames::AddRangeFrames(const Batch& batch, std::span<const EventTime> times) {
  int64_t sequence = cells_.get(sequence_);
  const size_t count = static_cast<size_t>(batch.num_rows);
  for (size_t first = 0; first < count;) {
    size_t end = first;
    for (; end < count && times[end] == times[first]; ++end) {
      const uint32_t key = slots_[end];
      LeaveBefore(key, Before(times[first], fields_.preceding));
      const OrderedEntry entry{times[end], static_cast<uint64_t>(sequence++), stored_[end]};
      entries_.Insert(key, entry);
      AddUpdate(entry.row, key, 1, SequenceOf(entry));
      Queue(key);
    }
    for (; first < end; ++first) Take(slots_[first]);
  }
  cells_.Set(sequence_, sequence);
}

void OverFrames::AddOnArrival(const Batch& batch, std::span<const EventTime> times) {
  for (size_t row = 0; row < static_cast<size_t>(batch.num_rows); ++row) {
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
  const int64_t sequence = cells_.get(sequence_);
  cells_.Set(sequence_, sequence + 1);
  if (time < oldest) {
    AddUpAnew(row, 0, 0);
    return;
  }
  Reach& reach = reach_[key];
  const auto entries = entries_.entries_of(key);
  const EventTime low = Before(time, fields_.preceding);
  for (; reach.begin < entries.size() && entries[reach.begin].time < low; ++reach.begin) {
    AddUpdate(entries[reach.begin].row, key, -1, entries[reach.begin].time);
  }
  entries_.Insert(key, {time, static_cast<uint64_t>(sequence), stored_[row]});
  AddUpdate(stored_[row], key, 1, time);
  Take(key);
}

void OverFrames::AddOutOfOrder(size_t row, EventTime time, EventTime oldest) {
  const uint32_t key = slots_[row];
  if (time < oldest) {
    AddUpAnew(row, 0, 0);
    return;
  }
  const int64_t sequence = cells_.get(sequence_);
  cells_.Set(sequence_, sequence + 1);
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
    if (stays) AddUpdate(stored_[row], key, 1, time);
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
  for (size_t i = low; has_entry && i < place; ++i) {
    AddUpdate(entries[i].row, slot, 1, entries[i].time);
  }
  AddUpdate(stored_[row], slot, 1, 0x7FFFFFFFFFFFFFFF);
  Take(slot);
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
      if (i != place) AddUpdate(entries[i].row, key, sign, entries[i].time);
    }
  };
  apply(first_newer, entries.size(), -1);
  apply(low, std::min(begin, place + 1), 1);
  AddUpdate(stored_[row], key, 1, entries[place].time);
  Take(key);
  if (!stays) AddUpdate(stored_[row], key, -1, entries[place].time);
  apply(low, std::min(begin, place + 1), -1);
  apply(first_newer, entries.size(), 1);
}

Result<AggregateStates::Columns> OverFrames::RunUpdates(const Batch& batch) {
  AggregateStates::Columns columns;
  std::vector<int32_t> rows(sources_.size());
  if (bounded_) {
    for (size_t c = 0; c < rows_.columns(); ++c) {
      TRY_ASSIGN(auto column, rows_.Gather(c, sources_));
      columns.push_back(std::move(column));
    }
    std::iota(rows.begin(), rows.end(), 0);
  } else {
    for (int column : kept_columns_) columns.push_back(batch.columns[static_cast<size_t>(column)]);
    std::copy(sources_.begin(), sources_.end(), rows.begin());
    signs_.clear();
  }
  AggregateStates::Columns results(fields_.calls.size());
  for (Part* part : {&sums_, &collections_}) {
    if (part->calls.empty()) continue;
    TRY_ASSIGN(auto part_results,
               part->states->UpdateRunning({.columns = columns,
                                            .rows = rows,
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
    collections_.states->Reset(keys_.slot_limit() + i);
  }
  scratch_ = 0;
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
  collections_.states->Reset(key);
  reach_[key] = Reach();
  keys_.Erase(key);
}

Status OverFrames::Restored() {
  Fit();
  if (!bounded_) return OkStatus();
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
    if (collections_.calls.empty()) continue;
    const auto inside = entries.subspan(reach.begin);
    std::vector<uint32_t> sources;
    std::vector<int64_t> sequences;
    std::vector<int32_t> rows;
    for (const OrderedEntry& entry : inside) {
      rows.push_back(static_cast<int32_t>(sources.size()));
      sources.push_back(entry.row);
      sequences.push_back(SequenceOf(entry));
    }
    const std::vector<uint32_t> slots(sources.size(), key);
    TRY_ASSIGN(const auto columns, rows_.GatherAll(sources));
    TRY(collections_.states->Update(
        {.columns = columns, .rows = rows, .slots = slots, .signs = {}, .sequence = sequences}));
  }
  return OkStatus();
}

}  // namespace millrace
