// SPDX-License-Identifier: Apache-2.0
// SessionAggregate: GROUP BY keys and a session. One +I per key and session once the watermark
// reaches its last millisecond; nothing if its rows were all retracted.
//
// State: (key, session start) -> end, row count, accumulators.
#include <algorithm>
#include <utility>

#include "functions/aggregate_failures.h"
#include "operators/aggregate/aggregate_states.h"
#include "operators/row_failures.h"
#include "operators/window/session_operator.h"
#include "operators/window/session_operators.h"
#include "plan/nodes/aggregate_nodes.h"
#include "state/encoding.h"
#include "state/entry_group.h"

namespace millrace {
namespace {

class SessionAggregate final : public SessionOperator {
 public:
  SessionAggregate(PlanNodePtr node, const WindowTimes& times, const OperatorContext& context)
      : SessionOperator(node->children()[0]->schema(),
                        As<WindowAggregateNode>(node)->fields().window, times,
                        As<WindowAggregateNode>(node)->fields().keys,
                        As<WindowAggregateNode>(node)->fields().time_column, context),
        node_(std::move(node)),
        fields_(As<WindowAggregateNode>(node_)->fields()),
        track_(context.state->track()),
        states_(&fields_.calls),
        ordered_(AggregateStates::OrderSensitive(fields_.calls)),
        sequence_(cells().Add("sequence", 0, CellTable::Rule::kGreatest)) {}

  std::string_view name() const override { return "sessions"; }
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  size_t entries() const override { return set().open_count(); }
  size_t memory_bytes() const override;

 protected:
  Status CollectChanges(const std::function<Status(const StateChange&)>& visit) override;
  Status Load(uint32_t key, std::string_view entry_key, std::string_view value) override;
  void Evict(uint32_t session) override;
  Status TakeIn(const Batch& batch, std::span<const int32_t> rows,
                std::span<const uint32_t> sessions) override;
  Status Merge(uint32_t into, uint32_t from) override {
    Touch(into);
    counts_[into] += counts_[from];
    return states_.Merge(into, states_, from);
  }
  Result<bool> Send(std::span<const uint32_t> sessions, Output* output) override;
  void Clear(uint32_t session) override;

 private:
  /// What a delta has carried of a session, and whether the next one has to.
  struct Stored {
    int64_t start = 0;
    bool stored = false;
    bool dirty = false;
  };

  void Fit() {
    if (counts_.size() >= set().id_limit()) return;
    counts_.resize(set().id_limit());
    stored_.resize(set().id_limit());
    states_.Reserve(set().id_limit());
  }
  void Touch(uint32_t session) {
    if (!track_) return;
    MarkDirty(session);  // the id may have been another key's in this epoch
    if (stored_[session].dirty) return;
    stored_[session].dirty = true;
    dirty_.push_back(session);
  }
  static std::string EntryKey(int64_t start, std::string_view key) {
    std::string entry;
    PutBytes(key, &entry);
    PutOrdered(start, &entry);
    return entry;
  }
  Status Write(uint32_t session, const std::function<Status(const StateChange&)>& visit) const;

  PlanNodePtr node_;
  const WindowAggregateNode::Fields& fields_;
  bool track_;
  AggregateStates states_;       // by session
  std::vector<int64_t> counts_;  // by session: rows, added minus retracted
  std::vector<Stored> stored_;   // by session
  std::vector<uint32_t> dirty_;  // sessions; some may be closed by now
  std::vector<std::string> deleted_;
  bool ordered_;
  size_t sequence_;  // cell: rows so far, when the order of rows matters

  // Of the rows at hand.
  std::vector<int8_t> signs_;
  std::vector<int64_t> numbers_;
  std::vector<uint32_t> due_;
};

Status SessionAggregate::TakeIn(const Batch& batch, std::span<const int32_t> rows,
                                std::span<const uint32_t> sessions) {
  Fit();
  signs_.clear();
  numbers_.clear();
  if (batch.kinds == nullptr) {
    for (const uint32_t session : sessions) ++counts_[session];
  } else {
    for (size_t i = 0; i < rows.size(); ++i) {
      signs_.push_back(IsAddition(batch.kind(rows[i])) ? 1 : -1);
      counts_[sessions[i]] += signs_.back();
    }
  }
  if (track_) {
    for (const uint32_t session : sessions) Touch(session);
  }
  if (ordered_) {
    int64_t sequence = cells().get(sequence_);
    for (size_t i = 0; i < rows.size(); ++i) numbers_.push_back(sequence++);
    cells().Set(sequence_, sequence);
  }
  TRY(states_.Update({.columns = batch.columns,
                      .rows = rows,
                      .slots = sessions,
                      .signs = signs_,
                      .sequence = numbers_}));
  const RowErrors errors = TakeAggregateFailures();
  if (errors.empty()) return OkStatus();
  return ReportRowErrors(context(), errors, batch, node_->children()[0]->schema());
}

Result<bool> SessionAggregate::Send(std::span<const uint32_t> sessions, Output* output) {
  due_.clear();
  std::ranges::copy_if(sessions, std::back_inserter(due_),
                       [this](uint32_t session) { return counts_[session] != 0; });
  std::vector<std::string_view> group_keys;
  group_keys.reserve(due_.size());
  for (const uint32_t session : due_) group_keys.push_back(KeyOf(session));
  Batch batch;
  batch.num_rows = static_cast<int64_t>(due_.size());
  batch.watermark = forwarded();
  TRY_ASSIGN(batch.columns, codec().Decode(group_keys));
  TRY_ASSIGN(auto results, states_.Finish(due_));
  batch.columns.insert(batch.columns.end(), results.begin(), results.end());
  const auto window = WindowColumnsOf(due_, fields_.time_type);
  if (fields_.emit_start) batch.columns.push_back(window[0]);
  if (fields_.emit_end) batch.columns.push_back(window[1]);
  if (fields_.emit_time) batch.columns.push_back(window[2]);
  output->Push(std::move(batch));
  return true;
}

void SessionAggregate::Clear(uint32_t session) {
  const Stored& stored = stored_[session];
  if (stored.stored) {
    deleted_.push_back(EntryKey(stored.start, KeyOf(session)));
    MarkDirty(session);
  }
  Evict(session);
}

void SessionAggregate::Evict(uint32_t session) {
  stored_[session].stored = false;  // if it is dirty, it is still listed as such
  counts_[session] = 0;
  states_.Reset(session);
}

Status SessionAggregate::Write(uint32_t session,
                               const std::function<Status(const StateChange&)>& visit) const {
  const std::string key = EntryKey(set().session(session).start, KeyOf(session));
  std::string value;
  PutOrdered(set().session(session).end, &value);
  PutOrdered(counts_[session], &value);
  states_.Serialize(session, &value);
  return visit({name(), key, value, false, KeyGroupOfEntry(key)});
}

Status SessionAggregate::CollectChanges(const std::function<Status(const StateChange&)>& visit) {
  // What moved is deleted first: another session may have its start now.
  for (const uint32_t session : dirty_) {
    const Stored& stored = stored_[session];
    if (stored.stored && stored.start != set().session(session).start) {
      deleted_.push_back(EntryKey(stored.start, KeyOf(session)));
    }
  }
  for (const std::string& key : deleted_) TRY(visit({name(), key, {}, true, KeyGroupOfEntry(key)}));
  deleted_.clear();
  for (const uint32_t session : dirty_) {
    Stored& stored = stored_[session];
    stored.dirty = false;
    if (!set().session(session).open) continue;
    stored.start = set().session(session).start;
    stored.stored = true;
    TRY(Write(session, visit));
  }
  dirty_.clear();
  return OkStatus();
}

Status SessionAggregate::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (uint32_t session = 0; session < set().id_limit(); ++session) {
    if (set().session(session).open) TRY(Write(session, visit));
  }
  return OkStatus();
}

Status SessionAggregate::Load(uint32_t slot, std::string_view entry_key, std::string_view value) {
  std::string_view key;
  int64_t start = 0;
  int64_t end = 0;
  int64_t count = 0;
  if (!GetBytes(&entry_key, &key) || !GetOrdered(&entry_key, &start) || !GetOrdered(&value, &end) ||
      !GetOrdered(&value, &count)) {
    return CorruptStateEntry(name());
  }
  set().FitKeys(keys().slot_limit());
  const uint32_t session = set().Open(slot, start, end);
  Fit();
  counts_[session] = count;
  stored_[session] = {.start = start, .stored = true, .dirty = stored_[session].dirty};
  return states_.Deserialize(session, &value);
}

size_t SessionAggregate::memory_bytes() const {
  // Accumulators are counted at 32 bytes each: they do not tell.
  const size_t per_session = sizeof(Stored) + sizeof(int64_t) + fields_.calls.size() * 32;
  // Room that sessions have left is there for others: what counts is what is held.
  if (reads_cold()) return keys().memory_bytes() + entries() * (sizeof(Session) + per_session);
  return keys().memory_bytes() + set().memory_bytes() + counts_.capacity() * per_session;
}

}  // namespace

Result<std::unique_ptr<Operator>> MakeSessionAggregate(const PlanNodePtr& node,
                                                       const OperatorContext& context) {
  TRY_ASSIGN(const WindowTimes times,
             WindowTimes::Create(As<WindowAggregateNode>(node)->fields().window));
  return std::make_unique<SessionAggregate>(node, times, context);
}

}  // namespace millrace
