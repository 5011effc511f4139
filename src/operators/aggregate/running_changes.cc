// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/running_changes.h"

#include <arrow/api.h>

#include <numeric>
#include <utility>

#include "data/take.h"
#include "functions/aggregate_failures.h"
#include "operators/aggregate/row_equality.h"
#include "operators/change_kinds.h"
#include "operators/row_failures.h"

namespace millrace {
namespace {

Status Prepend(AggregateStates::Columns before, AggregateStates::Columns* results) {
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i]->length() == 0) continue;
    auto whole = arrow::Concatenate({before[i], (*results)[i]});
    if (!whole.ok()) return InternalError("group results", whole.status().ToString());
    (*results)[i] = *whole;
  }
  return OkStatus();
}

}  // namespace

void RunningChanges::Add(int32_t row, uint32_t slot, bool adds) {
  const bool first = groups_->count(slot) == 0;
  if (slot >= last_result_.size()) last_result_.resize(groups_->table().slot_limit(), -1);
  if (!first && last_result_[slot] < 0) known_slots_.push_back(slot);
  last_result_[slot] = 0;
  groups_->AddRows(slot, adds ? 1 : -1);
  const bool last = groups_->count(slot) == 0;
  rows_.push_back(row);
  slots_.push_back(slot);
  signs_.push_back(adds ? 1 : -1);
  retracts_ |= !adds;
  first_.push_back(first);
  last_.push_back(last);
  if (!last) return;
  groups_->Detach(slot);
  ended_.push_back(slot);
}

Result<Batch> RunningChanges::Apply(const Batch& batch, const std::vector<int>& keys) {
  std::vector<uint32_t> after(rows_.size());
  std::iota(after.begin(), after.end(), 1u);
  AggregateStates& states = groups_->states();
  TRY_ASSIGN(auto before, states.Finish(known_slots_));
  TRY_ASSIGN(Columns results,
             states.UpdateRunning(
                 {.columns = batch.columns,
                  .rows = rows_,
                  .slots = slots_,
                  .signs = retracts_ ? std::span<const int8_t>(signs_) : std::span<const int8_t>(),
                  .sequence = {}},
                 {.after = after, .slots = slots_}));
  if (const RowErrors errors = TakeAggregateFailures(); !errors.empty()) {
    TRY(ReportRowErrors(*context_, errors, batch, *input_));
  }
  TRY(Prepend(std::move(before), &results));
  Batch changes = Compose(batch, keys, results);
  for (const uint32_t slot : ended_) groups_->Release(slot);
  Clear();
  return changes;
}

/// `results`: of the known groups before the batch, then after each row.
Batch RunningChanges::Compose(const Batch& batch, const std::vector<int>& keys,
                              const Columns& results) {
  const RowEquality equality(results);
  for (size_t i = 0; i < known_slots_.size(); ++i) {
    last_result_[known_slots_[i]] = static_cast<int32_t>(i);
  }
  std::vector<int32_t> out_rows;
  std::vector<int32_t> out_results;
  auto kinds = std::make_shared<std::vector<ChangeKind>>();
  const auto emit = [&](ChangeKind kind, int32_t row, int32_t result) {
    kinds->push_back(kind);
    out_rows.push_back(row);
    out_results.push_back(result);
  };
  for (size_t i = 0; i < rows_.size(); ++i) {
    const auto after = static_cast<int32_t>(known_slots_.size() + i);
    const int32_t before = std::exchange(last_result_[slots_[i]], after);
    if (first_[i]) {
      emit(ChangeKind::kInsert, rows_[i], after);
    } else if (last_[i]) {
      emit(ChangeKind::kDelete, rows_[i], before);
    } else if (sends_equal_ || !equality.Equal(before, after)) {
      emit(ChangeKind::kUpdateBefore, rows_[i], before);
      emit(ChangeKind::kUpdateAfter, rows_[i], after);
    }
  }
  Batch key_columns = batch;
  key_columns.columns.clear();
  for (const int key : keys) {
    key_columns.columns.push_back(batch.columns[static_cast<size_t>(key)]);
  }
  Batch changes = key_columns.Take(out_rows);
  for (const auto& column : results) changes.columns.push_back(TakeRows(*column, out_results));
  changes.kinds = OnlyInserts(*kinds) ? nullptr : std::move(kinds);
  return changes;
}

void RunningChanges::Clear() {
  for (const uint32_t slot : slots_) last_result_[slot] = -1;
  rows_.clear();
  slots_.clear();
  signs_.clear();
  retracts_ = false;
  first_.clear();
  last_.clear();
  known_slots_.clear();
  ended_.clear();
}

}  // namespace millrace
