// SPDX-License-Identifier: Apache-2.0
#include "operators/match/match_aggregates.h"

#include <arrow/api.h>

#include <algorithm>

namespace millrace {

size_t MatchAggregates::AddCall(const MatchAggregate& aggregate) {
  auto group = std::ranges::find(groups_, aggregate.element, &Group::element);
  if (group == groups_.end()) {
    groups_.emplace_back().element = aggregate.element;
    group = std::prev(groups_.end());
  }
  group->calls.push_back(aggregate.call);
  places_.emplace_back(static_cast<size_t>(group - groups_.begin()), group->calls.size() - 1);
  return places_.size() - 1;
}

void MatchAggregates::Finish(size_t columns) {
  read_.assign(columns, false);
  for (Group& group : groups_) {
    group.states = std::make_unique<AggregateStates>(&group.calls);
    group.states->Reserve(1);
    for (const AggregateCall& call : group.calls) {
      for (const int column : call.args) read_[static_cast<size_t>(column)] = true;
    }
  }
}

Result<uint32_t> MatchAggregates::New(uint32_t like) {
  uint32_t slot = limit_;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    ++limit_;
  }
  for (Group& group : groups_) {
    group.states->Reserve(limit_);
    group.states->Reset(slot);
    if (like != 0) TRY(group.states->Merge(slot, *group.states, like));
  }
  return slot;
}

void MatchAggregates::Settle() {
  free_.insert(free_.end(), freed_.begin(), freed_.end());
  freed_.clear();
}

void MatchAggregates::Add(uint32_t slot, int element, int32_t row) {
  for (Group& group : groups_) {
    if (group.element != kAllElements && group.element != element) continue;
    group.rows.push_back(row);
    group.slots.push_back(slot);
    group.sequence.push_back(sequence_++);
  }
}

Status MatchAggregates::Flush(const Columns& columns) {
  for (Group& group : groups_) {
    if (group.rows.empty()) continue;
    TRY(group.states->Update({.columns = columns,
                              .rows = group.rows,
                              .slots = group.slots,
                              .signs = {},
                              .sequence = group.sequence}));
    group.rows.clear();
    group.slots.clear();
    group.sequence.clear();
  }
  return OkStatus();
}

Status MatchAggregates::Flush(const RowStore& rows, std::span<const uint32_t> stored) {
  Columns columns(read_.size());
  for (size_t i = 0; i < read_.size(); ++i) {
    if (!read_[i]) continue;
    TRY_ASSIGN(columns[i], rows.Gather(i, stored));
  }
  return Flush(columns);
}

Result<std::shared_ptr<arrow::Array>> MatchAggregates::Results(
    size_t call, std::span<const uint32_t> slots) const {
  const auto [group, place] = places_[call];
  TRY_ASSIGN(auto results, groups_[group].states->Finish(slots));
  return results[place];
}

}  // namespace millrace
