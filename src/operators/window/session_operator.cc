// SPDX-License-Identifier: Apache-2.0
#include "operators/window/session_operator.h"

#include <arrow/api.h>

#include <algorithm>
#include <utility>

#include "base/prefetch.h"
#include "data/event_time.h"
#include "operators/column_types.h"
#include "operators/late_rows.h"
#include "operators/row_failures.h"
#include "operators/window/timestamp_arrays.h"
#include "state/encoding.h"
#include "state/shrink_keys.h"

namespace millrace {

SessionOperator::SessionOperator(const Schema& input, const WindowSpec& window,
                                 const WindowTimes& times, const std::vector<int>& keys,
                                 int time_column, const OperatorContext& context)
    : DeadlineOperator(1, context),
      input_(input),
      times_(times),
      time_column_(time_column),
      codec_(keys, TypesOf(input, keys)),
      keys_("keys", context.state->track(),
            {.write = {},
             .read = {},
             .clear = [this](uint32_t key) { EvictKey(key); },
             .may_be_cold = true,
             .read_part = [this](uint32_t key, std::string_view entry_key,
                                 std::string_view value) { return Load(key, entry_key, value); }}),
      set_(times_, window.size),
      closings_(context.state->track(), &set_, &keys_) {
  context.state->Register(this);
  context.state->Register(&closings_);
}

std::string SessionOperator::Waiting() const {
  if (set_.open_count() == 0) return {};
  return std::to_string(set_.open_count()) +
         " sessions are open; none closes before the watermark passes " +
         FormatEventTime(NextDeadline()) + "; it is " + FormatEventTime(watermark());
}

/// Brings the sessions of these keys into memory.
Status SessionOperator::LoadKeys(const EncodedKeys& keys) {
  TRY(keys_.Load(keys));
  if (keys_.loaded().empty()) return OkStatus();
  set_.FitKeys(keys_.slot_limit());
  TRY(Loaded());
  for (const uint32_t key : keys_.loaded()) {
    for (const uint32_t session : set_.SessionsOf(key)) closings_.Load(session);
  }
  return OkStatus();
}

/// The same for some of the keys of which a session may be over.
Status SessionOperator::LoadDue() {
  SessionClosings::Due due;
  for (int64_t read = 0; read < kMaxBatchRows && closings_.AnyDue(watermark());
       read += static_cast<int64_t>(due.size()) + 1) {
    TRY(closings_.Read(&due));
    EncodedKeys keys;
    for (const auto& [time, key] : due) AddKey(key, &keys);
    TRY(LoadKeys(keys));
    closings_.NameAgain(due);
  }
  return OkStatus();
}

void SessionOperator::EvictKey(uint32_t key) {
  for (const uint32_t session : set_.SessionsOf(key)) {
    closings_.Leave(session);
    Evict(session);
    set_.Detach(session);
    set_.Release(session);
  }
}

/// Of a session that is not open any more.
void SessionOperator::Drop(uint32_t session) {
  closings_.Close(session);
  Clear(session);
  set_.Release(session);
}

Status SessionOperator::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  TRY(CollectChanges(visit));
  // What changed in the keys is told by their entries.
  return keys_.CollectDelta([](const StateChange&) { return OkStatus(); });
}

Status SessionOperator::Apply(const StateChange& change) {
  std::string_view rest = change.key;
  std::string_view key;
  if (change.deleted || !GetBytes(&rest, &key)) return CorruptStateEntry(name());
  return Load(keys_.FindOrInsert(key, HashBytes(key)), change.key, change.value);
}

void SessionOperator::AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) {
  keys_.AttachCold(std::move(entries), restored);
}

/// Keys leave until so much less is held.
void SessionOperator::Shrink(uint64_t applied, size_t bytes) {
  ShrinkKeys(applied, memory_bytes(), bytes, &keys_);
}

Status SessionOperator::BeginBatch(int, const Batch& batch) {
  codec_.Encode(batch, &encoded_);
  // Sessions on the disk that have grown since they were named.
  while (closings_.AnyDue(watermark())) TRY(LoadDue());
  TRY(LoadKeys(encoded_));
  const size_t before = keys_.entries();
  keys_.FindOrInsert(encoded_, &slots_);
  set_.FitKeys(keys_.slot_limit());
  if (keys_.entries() == before) return OkStatus();
  // A key of late rows only gets no session.
  for (const uint32_t slot : slots_) {
    if (!set_.has_sessions(slot)) unheld_.push_back(slot);
  }
  return OkStatus();
}

Status SessionOperator::Fail(const Batch& batch, int64_t row, const char* reason) {
  return ReportFailedRow(
      context(),
      {.stage = "processing", .reason = reason, .batch = &batch, .schema = &input_, .row = row});
}

Result<int64_t> SessionOperator::ProcessRows(int, const Batch& batch, int64_t begin, Output*) {
  const arrow::Array& column = *batch.columns[static_cast<size_t>(time_column_)];
  const EventTimeReader times(column);
  const bool may_be_null = column.null_count() != 0;
  EventTime deadline = NextDeadline();
  int64_t row = begin;
  for (; row < batch.num_rows; ++row) {
    if (batch.watermark_before(row) >= deadline) break;
    if (may_be_null && column.IsNull(row)) {
      TRY(Fail(batch, row, "MR0706: the time of the row is NULL"));
      continue;
    }
    const EventTime time = times.time(row);
    if (!WindowTimes::InRange(time)) [[unlikely]] {
      TRY(Fail(batch, row, "MR0706: the time of the row is out of range"));
      continue;
    }
    const uint32_t session = SessionOf(batch, row, time);
    if (session == SessionSet::kNone) {
      DropLateRow(context(), batch, row);
      continue;
    }
    if (!set_.absorbed().empty()) [[unlikely]]
      TRY(MergeAbsorbed(batch, session));
    deadline = NextDeadline();
    rows_.push_back(static_cast<int32_t>(row));
    sessions_.push_back(session);
  }
  TRY(TakeInPending(batch));
  return row;
}

/// kNone if the row is late.
uint32_t SessionOperator::SessionOf(const Batch& batch, int64_t row, EventTime time) {
  const uint32_t key = slots_[static_cast<size_t>(row)];
  const int64_t local = times_.ToLocal(time);
  const uint32_t session = set_.Join(key, local);
  if (session != SessionSet::kNone) return session;
  if (set_.ClosingTimeOf(local) <= batch.watermark_before(row)) return SessionSet::kNone;
  const uint32_t opened = set_.Open(key, local);
  closings_.Open(opened);
  return opened;
}

Status SessionOperator::TakeInPending(const Batch& batch) {
  if (rows_.empty()) return OkStatus();
  TRY(TakeIn(batch, rows_, sessions_));
  rows_.clear();
  sessions_.clear();
  return OkStatus();
}

Status SessionOperator::MergeAbsorbed(const Batch& batch, uint32_t into) {
  TRY(TakeInPending(batch));
  for (const uint32_t from : set_.absorbed()) {
    TRY(Merge(into, from));
    Drop(from);
  }
  set_.absorbed().clear();
  return OkStatus();
}

Result<bool> SessionOperator::Fire(Output* output) {
  while (true) {
    TRY(LoadDue());
    while (static_cast<int64_t>(closed_.size()) < kMaxBatchRows) {
      const uint32_t session = set_.CloseNext(watermark());
      if (session == SessionSet::kNone) break;
      closed_.push_back(session);
    }
    if (closed_.empty() && closings_.AnyDue(watermark())) continue;
    if (closed_.empty()) return true;
    if (output->full()) return false;
    TRY_ASSIGN(const bool all, Send(closed_, output));
    if (!all) return false;
    for (const uint32_t session : closed_) {
      const uint32_t key = set_.session(session).key;
      if (!set_.has_sessions(key)) unheld_.push_back(key);
      Drop(session);
    }
    closed_.clear();
  }
}

void SessionOperator::ReleaseKeys() {
  for (const uint32_t key : unheld_) {
    if (!set_.has_sessions(key) && keys_.live(key)) keys_.Erase(key);
  }
  unheld_.clear();
}

std::vector<std::shared_ptr<arrow::Array>> SessionOperator::WindowColumnsOf(
    std::span<const uint32_t> sessions, const DataType& time_type) const {
  std::vector<int64_t> starts;
  std::vector<int64_t> ends;
  std::vector<int64_t> instants;
  for (const uint32_t id : sessions) {
    const Session& session = set_.session(id);
    starts.push_back(session.start);
    ends.push_back(session.end);
    instants.push_back(times_.ToInstant(session.end - 1));
  }
  const DataType bound = DataType::Timestamp(3);
  return {MakeTimestamps(bound, starts), MakeTimestamps(bound, ends),
          MakeTimestamps(time_type, instants)};
}

}  // namespace millrace
