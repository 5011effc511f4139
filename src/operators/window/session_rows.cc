// SPDX-License-Identifier: Apache-2.0
// SessionRows: SESSION whose rows are used as such. Rows are held until the watermark reaches the
// last millisecond of their session, then go out as they came, with the session's bounds behind
// them. Rows of a changelog keep their kind; each goes to the session of its own time.
//
// State: (key, number of the row) -> row. Sessions are not stored, as they follow from the times of
// the rows that they hold.
#include <arrow/api.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "data/event_time.h"
#include "operators/column_types.h"
#include "operators/window/session_operator.h"
#include "operators/window/session_operators.h"
#include "state/encoding.h"
#include "state/entry_group.h"
#include "state/row_store.h"

namespace millrace {
namespace {

/// What is held of a row: its columns, and its change kind if it may have one.
std::vector<DataType> HeldTypes(const PlanNodePtr& input) {
  std::vector<DataType> types = TypesOf(input->schema());
  if (!input->changelog_mode().insert_only()) types.push_back(DataType::TinyInt());
  return types;
}

class SessionRows final : public SessionOperator {
 public:
  SessionRows(PlanNodePtr node, const WindowTimes& times, const OperatorContext& context)
      : SessionOperator(node->children()[0]->schema(), As<WindowTvfNode>(node)->spec(), times,
                        As<WindowTvfNode>(node)->partition_keys(),
                        As<WindowTvfNode>(node)->time_column(), context),
        node_(std::move(node)),
        track_(context.state->track()),
        store_(HeldTypes(node_->children()[0])),
        has_kinds_(store_.columns() > input().size()),
        next_number_(cells().Add("sequence", 0, CellTable::Rule::kGreatest)) {}

  std::string_view name() const override { return "rows"; }
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  size_t entries() const override { return store_.rows(); }
  size_t memory_bytes() const override {
    constexpr size_t kRowBytes = sizeof(Held) + sizeof(uint32_t);
    // Room that rows have left is there for others: what counts is what is held.
    if (reads_cold()) {
      const size_t row = store_.memory_bytes() / std::max<size_t>(1, store_.slot_limit());
      return keys().memory_bytes() + set().open_count() * sizeof(Session) +
             entries() * (kRowBytes + row);
    }
    return keys().memory_bytes() + set().memory_bytes() + store_.memory_bytes() +
           held_.capacity() * kRowBytes;
  }

 protected:
  Status CollectChanges(const std::function<Status(const StateChange&)>& visit) override;
  Status Load(uint32_t key, std::string_view entry_key, std::string_view value) override;
  Status Loaded() override;
  void Evict(uint32_t session) override;
  Status TakeIn(const Batch& batch, std::span<const int32_t> rows,
                std::span<const uint32_t> sessions) override;
  Status Merge(uint32_t into, uint32_t from) override {
    std::vector<uint32_t>& rows = rows_of_[into];
    rows.insert(rows.end(), rows_of_[from].begin(), rows_of_[from].end());
    rows_of_[from].clear();
    return OkStatus();
  }
  Result<bool> Send(std::span<const uint32_t> sessions, Output* output) override;
  void Clear(uint32_t session) override;
  Status Restored() override { return Loaded(); }

 private:
  struct Held {
    int64_t number = 0;  // in order of arrival
    uint32_t key = 0;
    bool live = false;
    bool stored = false;  // a delta has carried it
    bool listed = false;  // in added_
  };

  void Hold(uint32_t row, int64_t number, uint32_t key);
  std::string EntryKey(uint32_t row) const {
    std::string entry;
    PutBytes(keys().key(held_[row].key), &entry);
    PutOrdered(held_[row].number, &entry);
    return entry;
  }
  Status Write(uint32_t row, const std::function<Status(const StateChange&)>& visit) const;
  Result<Batch> Gather(std::span<const uint32_t> rows, std::span<const uint32_t> sessions);

  PlanNodePtr node_;
  bool track_;
  RowStore store_;
  bool has_kinds_;
  size_t next_number_;                          // cell
  std::vector<Held> held_;                      // by row
  std::vector<std::vector<uint32_t>> rows_of_;  // by session
  std::vector<uint32_t> added_;                 // since the last delta; some may be gone by now
  std::vector<std::string> deleted_;
  std::vector<uint32_t> restored_;
  // How far the sessions that close have been sent.
  size_t sent_sessions_ = 0;
  size_t sent_rows_ = 0;

  std::vector<uint32_t> slots_;  // of the rows at hand
};

void SessionRows::Hold(uint32_t row, int64_t number, uint32_t key) {
  if (row >= held_.size()) held_.resize(store_.slot_limit());
  Held& held = held_[row];
  held.number = number;
  held.key = key;
  held.live = true;
}

Status SessionRows::TakeIn(const Batch& batch, std::span<const int32_t> rows,
                           std::span<const uint32_t> sessions) {
  std::vector<std::shared_ptr<arrow::Array>> columns = batch.columns;
  if (has_kinds_) {
    arrow::Int8Builder kinds;
    CHECK(kinds.Reserve(batch.num_rows).ok());
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      kinds.UnsafeAppend(static_cast<int8_t>(batch.kind(row)));
    }
    CHECK(kinds.Finish(&columns.emplace_back()).ok());
  }
  slots_.clear();
  store_.Add(columns, rows, &slots_);
  if (rows_of_.size() < set().id_limit()) rows_of_.resize(set().id_limit());
  int64_t number = cells().get(next_number_);
  for (size_t i = 0; i < slots_.size(); ++i) {
    const uint32_t row = slots_[i];
    Hold(row, number++, set().session(sessions[i]).key);
    rows_of_[sessions[i]].push_back(row);
    if (!track_) continue;
    MarkDirty(sessions[i]);
    if (held_[row].listed) continue;
    held_[row].listed = true;
    added_.push_back(row);
  }
  cells().Set(next_number_, number);
  return OkStatus();
}

Result<bool> SessionRows::Send(std::span<const uint32_t> sessions, Output* output) {
  std::vector<uint32_t> rows;
  std::vector<uint32_t> of_session;
  while (sent_sessions_ < sessions.size() && static_cast<int64_t>(rows.size()) < kMaxBatchRows) {
    const uint32_t session = sessions[sent_sessions_];
    std::vector<uint32_t>& all = rows_of_[session];
    if (sent_rows_ == 0) {
      std::ranges::sort(all, {}, [this](uint32_t row) { return held_[row].number; });
    }
    const size_t room = static_cast<size_t>(kMaxBatchRows) - rows.size();
    const size_t count = std::min(room, all.size() - sent_rows_);
    const auto from = all.begin() + static_cast<ptrdiff_t>(sent_rows_);
    rows.insert(rows.end(), from, from + static_cast<ptrdiff_t>(count));
    of_session.resize(rows.size(), session);
    sent_rows_ += count;
    if (sent_rows_ < all.size()) break;
    ++sent_sessions_;
    sent_rows_ = 0;
  }
  if (!rows.empty()) {
    TRY_ASSIGN(Batch batch, Gather(rows, of_session));
    output->Push(std::move(batch));
  }
  if (sent_sessions_ < sessions.size()) return false;
  sent_sessions_ = 0;
  return true;
}

Result<Batch> SessionRows::Gather(std::span<const uint32_t> rows,
                                  std::span<const uint32_t> sessions) {
  Batch batch;
  batch.num_rows = static_cast<int64_t>(rows.size());
  batch.watermark = forwarded();
  TRY_ASSIGN(batch.columns, store_.GatherAll(rows));
  if (has_kinds_) {
    const auto& values = static_cast<const arrow::Int8Array&>(*batch.columns.back());
    auto kinds = std::make_shared<std::vector<ChangeKind>>();
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      kinds->push_back(static_cast<ChangeKind>(values.Value(row)));
    }
    batch.columns.pop_back();
    batch.kinds = std::move(kinds);
  }
  const auto window = WindowColumnsOf(sessions, node_->schema()[node_->schema().size() - 1].type);
  batch.columns.insert(batch.columns.end(), window.begin(), window.end());
  return batch;
}

void SessionRows::Clear(uint32_t session) {
  for (const uint32_t row : rows_of_[session]) {
    if (held_[row].stored) deleted_.push_back(EntryKey(row));
  }
  if (!rows_of_[session].empty()) MarkDirty(session);
  Evict(session);
}

void SessionRows::Evict(uint32_t session) {
  for (const uint32_t row : rows_of_[session]) {
    held_[row].live = false;
    held_[row].stored = false;
    store_.Free(row);
  }
  rows_of_[session] = {};
}

Status SessionRows::Write(uint32_t row,
                          const std::function<Status(const StateChange&)>& visit) const {
  const std::string key = EntryKey(row);
  std::string value;
  store_.Write(row, &value);
  return visit({name(), key, value, false, KeyGroupOfEntry(key)});
}

Status SessionRows::CollectChanges(const std::function<Status(const StateChange&)>& visit) {
  for (const std::string& key : deleted_) TRY(visit({name(), key, {}, true, KeyGroupOfEntry(key)}));
  deleted_.clear();
  for (const uint32_t row : added_) {
    held_[row].listed = false;
    if (!held_[row].live) continue;
    held_[row].stored = true;
    TRY(Write(row, visit));
  }
  added_.clear();
  return OkStatus();
}

Status SessionRows::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (uint32_t row = 0; row < held_.size(); ++row) {
    if (held_[row].live) TRY(Write(row, visit));
  }
  return OkStatus();
}

Status SessionRows::Load(uint32_t slot, std::string_view entry_key, std::string_view value) {
  std::string_view key;
  int64_t number = 0;
  if (!GetBytes(&entry_key, &key) || !GetOrdered(&entry_key, &number)) {
    return CorruptStateEntry(name());
  }
  TRY_ASSIGN(const uint32_t row, store_.Read(value));
  Hold(row, number, slot);
  held_[row].stored = true;
  restored_.push_back(row);
  return OkStatus();
}

/// Rows make their sessions again: whole ones, as a row may have come that would be late alone.
Status SessionRows::Loaded() {
  if (restored_.empty()) return OkStatus();
  set().FitKeys(keys().slot_limit());
  const auto column = static_cast<size_t>(As<WindowTvfNode>(node_)->time_column());
  TRY_ASSIGN(const auto values, store_.Gather(column, restored_));
  const EventTimeReader reader(*values);
  struct Row {
    uint32_t key;
    int64_t time;
    uint32_t row;
    auto operator<=>(const Row&) const = default;
  };
  std::vector<Row> rows;
  for (size_t i = 0; i < restored_.size(); ++i) {
    const int64_t time = times().ToLocal(reader.time(static_cast<int64_t>(i)));
    rows.push_back({held_[restored_[i]].key, time, restored_[i]});
  }
  std::ranges::sort(rows);
  for (size_t begin = 0; begin < rows.size();) {
    size_t end = begin + 1;
    while (end < rows.size() && rows[end].key == rows[begin].key &&
           rows[end].time <= rows[end - 1].time + set().gap()) {
      ++end;
    }
    const uint32_t session =
        set().Open(rows[begin].key, rows[begin].time, rows[end - 1].time + set().gap());
    if (rows_of_.size() < set().id_limit()) rows_of_.resize(set().id_limit());
    for (; begin < end; ++begin) rows_of_[session].push_back(rows[begin].row);
  }
  restored_.clear();
  return OkStatus();
}

}  // namespace

Result<std::unique_ptr<Operator>> MakeSessionRows(const PlanNodePtr& node,
                                                  const OperatorContext& context) {
  TRY_ASSIGN(const WindowTimes times, WindowTimes::Create(As<WindowTvfNode>(node)->spec()));
  return std::make_unique<SessionRows>(node, times, context);
}

}  // namespace millrace
