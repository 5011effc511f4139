// SPDX-License-Identifier: Apache-2.0
#include "operators/over/running_totals.h"

#include <arrow/array.h>

#include <algorithm>
#include <numeric>

#include "operators/over/over_calls.h"
#include "state/encoding.h"

namespace millrace {
namespace {

constexpr size_t kFirstRows = 16;
constexpr size_t kMostRows = 1024;

}  // namespace

RunningTotals::RunningTotals(const OrderedOverNode::Fields* fields, const RankedRows* ranked,
                             const RowStore* rows)
    : fields_(*fields),
      ranked_(*ranked),
      rows_(*rows),
      columns_(ColumnsOf(fields->calls)),
      states_(&fields->calls),
      results_(ResultTypes(fields->calls)) {}

bool RunningTotals::SameOrder(uint32_t a, uint32_t b) const {
  return ranked_.sort_key(a) == ranked_.sort_key(b);
}

void RunningTotals::Take(uint32_t partition, size_t place, size_t limit) {
  taken_.clear();
  group_of_.clear();
  ranked_.Collect(partition, place, limit, &taken_);
  if (!fields_.rows && !taken_.empty()) {
    for (;;) {
      const uint32_t next = ranked_.At(partition, place + taken_.size());
      if (next == kNone || !SameOrder(next, taken_.back())) break;
      taken_.push_back(next);
    }
  }
  for (size_t i = 0; i < taken_.size(); ++i) {
    const bool joins = i > 0 && !fields_.rows && SameOrder(taken_[i], taken_[i - 1]);
    group_of_.push_back(i == 0 ? 0 : group_of_.back() + (joins ? 0 : 1));
  }
}

/// The state of the group in front of it, or none.
Status RunningTotals::Begin(uint32_t group, std::string_view before) {
  states_.Reset(group);
  for (size_t call = 0; !before.empty(); ++call) {
    std::string_view state;
    if (!GetBytes(&before, &state)) return CorruptStateEntry("aggregates");
    TRY(states_.DeserializeCall(call, group, state));
  }
  return OkStatus();
}

/// Totals of each group of taken rows, in slots and as bytes.
Status RunningTotals::Fold(std::string_view start) {
  std::vector<std::shared_ptr<arrow::Array>> columns(rows_.columns());
  for (const int column : columns_) {
    TRY_ASSIGN(columns[static_cast<size_t>(column)],
               rows_.Gather(static_cast<size_t>(column), taken_));
  }
  states_.Reserve(group_of_.back() + 1);
  folded_.resize(group_of_.back() + 1);
  std::vector<int32_t> rows;
  std::vector<uint32_t> slots;
  for (size_t i = 0; i < taken_.size();) {
    const uint32_t group = group_of_[i];
    rows.clear();
    slots.clear();
    for (; i < taken_.size() && group_of_[i] == group; ++i) {
      rows.push_back(static_cast<int32_t>(i));
      slots.push_back(group);
    }
    TRY(Begin(group, group == 0 ? start : std::string_view(folded_[group - 1])));
    // In the order of the partition, which is that of FIRST_VALUE, too.
    TRY(states_.Update(
        {.columns = columns, .rows = rows, .slots = slots, .signs = {}, .sequence = {}}));
    folded_[group].clear();
    states_.SerializeInOrder(group, &folded_[group]);
  }
  return OkStatus();
}

/// Results of the rows that changed.
Status RunningTotals::Store() {
  new_results_.clear();
  if (changed_.empty()) return OkStatus();
  std::vector<uint32_t> slots;
  for (const uint32_t i : changed_) slots.push_back(group_of_[i]);
  TRY_ASSIGN(const auto columns, states_.Finish(slots));
  std::vector<int32_t> all(changed_.size());
  std::iota(all.begin(), all.end(), 0);
  results_.Add(columns, all, &new_results_);
  return OkStatus();
}

Status RunningTotals::Apply(const Change& change, const Visit& visit) {
  if (totals_.size() < rows_.slot_limit()) totals_.resize(rows_.slot_limit());
  size_t place = change.place;
  while (!fields_.rows && place > 0 &&
         SameOrder(ranked_.At(change.partition, place - 1), change.row)) {
    --place;
  }
  uint32_t gone = change.added ? kNone : change.row;
  const auto tell_gone = [&] {
    if (gone == kNone) return;
    visit(gone, totals_[gone].result, kNone);
    Forget(std::exchange(gone, kNone));
  };
  for (size_t limit = kFirstRows;; limit = std::min(limit * 4, kMostRows)) {
    Take(change.partition, place, limit);
    if (taken_.empty()) break;
    const uint32_t before = place == 0 ? kNone : ranked_.At(change.partition, place - 1);
    TRY(Fold(before == kNone ? std::string_view() : totals_[before].bytes));
    changed_.clear();
    for (uint32_t i = 0; i < taken_.size(); ++i) {
      const bool is_new = taken_[i] == change.row;
      if (is_new || totals_[taken_[i]].bytes != folded_[group_of_[i]]) changed_.push_back(i);
    }
    TRY(Store());
    for (size_t next = 0; const uint32_t i : changed_) {
      if (place + i >= change.place) tell_gone();
      Totals& totals = totals_[taken_[i]];
      totals.bytes = folded_[group_of_[i]];
      const uint32_t old = std::exchange(totals.result, new_results_[next++]);
      if (old != kNone) replaced_.push_back(old);
      visit(taken_[i], old, totals.result);
    }
    const auto last = static_cast<uint32_t>(taken_.size() - 1);
    const bool as_it_was = changed_.empty() || changed_.back() != last;
    place += taken_.size();
    if (as_it_was) break;
  }
  tell_gone();
  return OkStatus();
}

Status RunningTotals::Restore(uint32_t partition) {
  if (totals_.size() < rows_.slot_limit()) totals_.resize(rows_.slot_limit());
  std::string start;
  for (size_t place = 0;; place += taken_.size()) {
    Take(partition, place, kMostRows);
    if (taken_.empty()) return OkStatus();
    TRY(Fold(start));
    changed_.resize(taken_.size());
    std::iota(changed_.begin(), changed_.end(), 0);
    TRY(Store());
    for (size_t i = 0; i < taken_.size(); ++i) {
      totals_[taken_[i]] = {folded_[group_of_[i]], new_results_[i]};
    }
    start = folded_.back();
  }
}

void RunningTotals::Forget(uint32_t row) {
  Totals& totals = totals_[row];
  if (totals.result != kNone) replaced_.push_back(totals.result);
  totals = {};
}

void RunningTotals::FreeReplaced() {
  for (const uint32_t result : replaced_) results_.Free(result);
  replaced_.clear();
}

}  // namespace millrace
