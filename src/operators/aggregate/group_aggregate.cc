// SPDX-License-Identifier: Apache-2.0
// GroupAggregate: GROUP BY without a window. The changelog is Flink's, row by row: a first row
// gives +I, a row that changes the result -U and +U, one that does not nothing, the last row's
// retraction -D. A retraction for an unknown group is ignored.
//
// A batch is still one update per aggregate call: the results before and after each row come out of
// one UpdateRunning. A group that ends inside the batch gives up its key at once but its slot only
// afterwards, so that its next life starts with an empty slot.
#include <arrow/api.h>

#include <algorithm>

#include "data/key_codec.h"
#include "data/take.h"
#include "functions/aggregate_failures.h"
#include "operators/aggregate/aggregate_states.h"
#include "operators/aggregate/cold_expiry.h"
#include "operators/aggregate/expiry_list.h"
#include "operators/aggregate/row_equality.h"
#include "operators/builtin.h"
#include "operators/change_kinds.h"
#include "operators/column_types.h"
#include "operators/pending_batch.h"
#include "operators/row_failures.h"
#include "plan/nodes/aggregate_nodes.h"
#include "state/encoding.h"
#include "state/key_table.h"

namespace millrace {
namespace {

class GroupAggregate final : public Operator {
 public:
  GroupAggregate(PlanNodePtr node, const OperatorContext& context)
      : context_(context),
        node_(std::move(node)),
        group_(*As<GroupAggregateNode>(node_)),
        codec_(group_.keys(), TypesOf(node_->children()[0]->schema(), group_.keys())),
        states_(&group_.calls()),
        groups_(
            "groups", context.state->track(),
            {.write = [this](uint32_t slot, std::string* out) { Write(slot, out); },
             .read = [this](uint32_t slot, std::string_view bytes) { return Read(slot, bytes); },
             .clear = [this](uint32_t slot) { Clear(slot); },
             .may_be_cold = true}),
        cold_expiry_(group_.state_ttl_ms(), TouchedOf) {
    context.state->Register(&groups_);
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    codec_.Encode(batch, &keys_);
    TRY(groups_.Load(keys_));
    for (const uint32_t slot : groups_.loaded()) {
      if (!cold_expiry_.IsOver(expiry_.time(slot), now_ms_)) continue;
      groups_.Erase(slot);
      Clear(slot);
    }
    FindGroups(batch);
    TRY_ASSIGN(auto before, states_.Finish(known_slots_));
    TRY_ASSIGN(auto results, states_.UpdateRunning({.columns = batch.columns,
                                                    .rows = rows_,
                                                    .slots = slots_,
                                                    .signs = signs_,
                                                    .sequence = {}},
                                                   {.after = after_, .slots = slots_}));
    if (const RowErrors errors = TakeAggregateFailures(); !errors.empty()) {
      TRY(ReportRowErrors(context_, errors, batch, node_->children()[0]->schema()));
    }
    TRY(Prepend(std::move(before), &results));
    TRY(Compose(batch, results));
    for (uint32_t slot : ended_) {
      Clear(slot);
      groups_.Release(slot);
    }
    return Continue(output);
  }

  bool more() const override { return !pending_.empty(); }

  Status Continue(Output* output) override {
    pending_.PushTo(output);
    return OkStatus();
  }

  Status OnTime(int64_t now_ms, Output*) override {
    now_ms_ = now_ms;
    if (group_.state_ttl_ms() == 0) return OkStatus();
    while (const auto slot = expiry_.PopBefore(now_ms - group_.state_ttl_ms() + 1)) {
      groups_.Erase(*slot);
      Clear(*slot);
    }
    return cold_expiry_.Sweep(now_ms, &groups_);
  }

  Status OnRestore() override {
    if (group_.state_ttl_ms() != 0) expiry_.Sort();
    return OkStatus();
  }

 private:
  void Fit() {
    if (counts_.size() >= groups_.slot_limit()) return;
    counts_.resize(groups_.slot_limit());
    last_result_.resize(groups_.slot_limit(), -1);
    states_.Reserve(groups_.slot_limit());
  }

  void Clear(uint32_t slot) {
    counts_[slot] = 0;
    states_.Reset(slot);
    expiry_.Remove(slot);
  }

  /// Fills the update: its rows, slots and signs, what was the case before each (firsts_, ends_),
  /// and the groups whose result before the batch is needed.
  void FindGroups(const Batch& batch) {
    rows_.clear();
    slots_.clear();
    signs_.clear();
    first_.clear();
    last_.clear();
    known_slots_.clear();
    ended_.clear();
    const bool inserts_only = batch.kinds == nullptr;
    if (inserts_only) groups_.FindOrInsert(keys_, &batch_slots_);
    Fit();
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const auto i = static_cast<size_t>(row);
      const bool adds = inserts_only || IsAddition(batch.kind(row));
      uint32_t slot;
      if (inserts_only) {
        slot = batch_slots_[i];
      } else if (adds) {
        slot = groups_.FindOrInsert(keys_.key(i), keys_.hashes[i]);
        Fit();
      } else {
        slot = groups_.Find(keys_.key(i), keys_.hashes[i]);
        if (slot == KeyTable::kNone) continue;
      }
      AddRow(static_cast<int32_t>(row), slot, adds ? 1 : -1);
    }
    if (inserts_only) signs_.clear();
    after_.resize(rows_.size());
    for (size_t i = 0; i < after_.size(); ++i) after_[i] = static_cast<uint32_t>(i + 1);
  }

  void AddRow(int32_t row, uint32_t slot, int8_t sign) {
    int64_t& count = counts_[slot];
    const bool first = count == 0;
    if (!first && last_result_[slot] < 0) {
      last_result_[slot] = 0;
      known_slots_.push_back(slot);
    }
    if (first) last_result_[slot] = 0;
    count += sign;
    rows_.push_back(row);
    slots_.push_back(slot);
    signs_.push_back(sign);
    first_.push_back(first);
    last_.push_back(count == 0);
    if (count == 0) {
      groups_.Detach(slot);
      ended_.push_back(slot);
    } else {
      groups_.MarkDirty(slot);
      if (group_.state_ttl_ms() != 0) expiry_.Touch(slot, now_ms_);
    }
  }

  static Status Prepend(AggregateStates::Columns before, AggregateStates::Columns* results) {
    for (size_t i = 0; i < before.size(); ++i) {
      if (before[i]->length() == 0) continue;
      auto whole = arrow::Concatenate({before[i], (*results)[i]});
      if (!whole.ok()) return InternalError("group results", whole.status().ToString());
      (*results)[i] = *whole;
    }
    return OkStatus();
  }

  /// Makes the changelog rows. `results`: of the known groups before the batch, then after each
  /// row.
  Status Compose(const Batch& batch, const AggregateStates::Columns& results) {
    const RowEquality equality(results);
    for (size_t i = 0; i < known_slots_.size(); ++i) {
      last_result_[known_slots_[i]] = static_cast<int32_t>(i);
    }
    out_rows_.clear();
    out_results_.clear();
    auto kinds = std::make_shared<std::vector<ChangeKind>>();
    const auto emit = [&](ChangeKind kind, int32_t row, int32_t result) {
      kinds->push_back(kind);
      out_rows_.push_back(row);
      out_results_.push_back(result);
    };
    const bool keeps_for_ever = group_.state_ttl_ms() == 0;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const auto after = static_cast<int32_t>(known_slots_.size() + i);
      const int32_t before = last_result_[slots_[i]];
      last_result_[slots_[i]] = after;
      if (first_[i]) {
        emit(ChangeKind::kInsert, rows_[i], after);
      } else if (last_[i]) {
        emit(ChangeKind::kDelete, rows_[i], before);
      } else if (!keeps_for_ever || !equality.Equal(before, after)) {
        emit(ChangeKind::kUpdateBefore, rows_[i], before);
        emit(ChangeKind::kUpdateAfter, rows_[i], after);
      }
    }
    for (uint32_t slot : slots_) last_result_[slot] = -1;
    Batch keys = batch;
    keys.columns.clear();
    for (int key : group_.keys()) keys.columns.push_back(batch.columns[static_cast<size_t>(key)]);
    Batch changes = keys.Take(out_rows_);
    for (const auto& column : results) {
      changes.columns.push_back(TakeRows(*column, out_results_));
    }
    changes.kinds = OnlyInserts(*kinds) ? nullptr : std::move(kinds);
    pending_.Set(std::move(changes));
    return OkStatus();
  }

  void Write(uint32_t slot, std::string* out) const {
    PutOrdered(counts_[slot], out);
    PutOrdered(expiry_.time(slot), out);
    states_.Serialize(slot, out);
  }

  static std::optional<int64_t> TouchedOf(std::string_view value) {
    int64_t count = 0;
    int64_t touched_ms = 0;
    if (!GetOrdered(&value, &count) || !GetOrdered(&value, &touched_ms)) return std::nullopt;
    return touched_ms;
  }

  Status Read(uint32_t slot, std::string_view bytes) {
    Fit();
    int64_t touched_ms = 0;
    if (!GetOrdered(&bytes, &counts_[slot]) || !GetOrdered(&bytes, &touched_ms)) {
      return CorruptStateEntry(groups_.name());
    }
    if (group_.state_ttl_ms() != 0) expiry_.Touch(slot, touched_ms);
    return states_.Deserialize(slot, &bytes);
  }

  OperatorContext context_;
  PlanNodePtr node_;
  const GroupAggregateNode& group_;
  KeyCodec codec_;
  AggregateStates states_;
  KeyTable groups_;
  std::vector<int64_t> counts_;  // by slot: rows of the group
  ExpiryList expiry_;
  ColdExpiry cold_expiry_;
  int64_t now_ms_ = 0;

  // The update made from the batch at hand.
  EncodedKeys keys_;
  std::vector<uint32_t> batch_slots_;
  std::vector<int32_t> rows_;
  std::vector<uint32_t> slots_;
  std::vector<int8_t> signs_;
  std::vector<uint8_t> first_;
  std::vector<uint8_t> last_;
  std::vector<uint32_t> after_;
  std::vector<uint32_t> known_slots_;
  std::vector<uint32_t> ended_;
  std::vector<int32_t> last_result_;  // by slot: index of its latest result; -1 between batches
  std::vector<int32_t> out_rows_;
  std::vector<int32_t> out_results_;
  PendingBatch pending_;
};

}  // namespace

void RegisterGroupAggregate(OperatorRegistry* registry) {
  registry->Register(GroupAggregateNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<GroupAggregate>(node, context);
                     });
}

}  // namespace millrace
