// SPDX-License-Identifier: Apache-2.0
#include "operators/over/frame_calls.h"

#include <arrow/api.h>

#include <algorithm>
#include <numeric>

#include "operators/over/over_calls.h"
#include "plan/rounded_sums.h"

namespace millrace {
namespace {

std::shared_ptr<arrow::Array> BigIntArray(std::vector<int64_t> values) {
  const auto length = static_cast<int64_t>(values.size());
  return std::make_shared<arrow::Int64Array>(length, arrow::Buffer::FromVector(std::move(values)));
}

}  // namespace

FrameCalls::FrameCalls(std::vector<AggregateCall> calls, Options options)
    : columns_(ColumnsOf(calls)), outputs_(calls.size()) {
  for (size_t i = 0; i < calls.size(); ++i) AddCall(std::move(calls[i]), i, options);
  for (Part* part : {&sums_, &rebuilt_}) {
    part->states = std::make_unique<AggregateStates>(&part->calls);
    order_sensitive_ |= AggregateStates::OrderSensitive(part->calls);
  }
  has_states_ = has_sums() || has_rebuilt();
}

/// Gives a call to those who compute it.
void FrameCalls::AddCall(AggregateCall call, size_t output, const Options& options) {
  const bool plain = options.bounded && !call.distinct && call.filter < 0;
  if (plain && call.function == "COUNT" && call.args.empty()) {
    counts_.push_back({.output = output});
    return;
  }
  const bool known = !call.args.empty() && call.args[0] < options.stored_columns;
  const auto place = [&](int column) {
    return static_cast<int>(std::lower_bound(columns_.begin(), columns_.end(), column) -
                            columns_.begin());
  };
  for (int& arg : call.args) arg = place(arg);
  if (call.filter >= 0) call.filter = place(call.filter);
  const bool last = call.function == "LAST_VALUE";
  if (plain && known && (last || call.function == "FIRST_VALUE") &&
      !IsNested(call.resolved.result)) {
    ends_.push_back({.output = output, .column = static_cast<size_t>(call.args[0]), .last = last});
    return;
  }
  Part& part = !options.bounded || HasRoundedSum(call) ? sums_ : rebuilt_;
  part.calls.push_back(std::move(call));
  part.outputs.push_back(output);
}

void FrameCalls::Reserve(uint32_t slots) {
  sums_.states->Reserve(slots);
  rebuilt_.states->Reserve(slots);
}

void FrameCalls::Reset(uint32_t slot) {
  sums_.states->Reset(slot);
  rebuilt_.states->Reset(slot);
}

void FrameCalls::Begin(const Batch& batch) {
  batch_rows_ = static_cast<int32_t>(batch.num_rows);
  for (auto* list : {&earlier_, &slots_, &after_, &wanted_}) list->clear();
  rows_read_.clear();
  signs_.clear();
  sequences_.clear();
  any_retraction_ = false;
  for (End& end : ends_) end.rows.clear();
  for (RowCount& count : counts_) count.values.clear();
}

void FrameCalls::Take(uint32_t slot, std::span<const HistoryEntry> frame, const RowStore* rows) {
  if (has_states_) {
    after_.push_back(static_cast<uint32_t>(rows_read_.size()));
    wanted_.push_back(slot);
  }
  for (RowCount& count : counts_) count.values.push_back(static_cast<int64_t>(frame.size()));
  for (End& end : ends_) TakeEnd(&end, frame, *rows);
}

void FrameCalls::TakeEnd(End* end, std::span<const HistoryEntry> frame, const RowStore& rows) {
  const size_t column = stored_[end->column];
  const auto counts = [&](const HistoryEntry& entry) { return !rows.IsNull(column, entry.row); };
  uint32_t row = RowStore::kNone;
  if (end->last) {
    const auto place = std::find_if(frame.rbegin(), frame.rend(), counts);
    if (place != frame.rend()) row = place->row;
  } else {
    const auto place = std::find_if(frame.begin(), frame.end(), counts);
    if (place != frame.end()) row = place->row;
  }
  end->rows.push_back(row);
}

/// The columns of the batch and, behind them, of the earlier rows that updates read.
Result<FrameCalls::Columns> FrameCalls::UpdateColumns(const Columns& columns,
                                                      const RowStore* rows) const {
  Columns result;
  for (size_t c = 0; c < columns_.size(); ++c) {
    const auto& column = columns[static_cast<size_t>(columns_[c])];
    if (earlier_.empty()) {
      result.push_back(column);
      continue;
    }
    TRY_ASSIGN(auto earlier, rows->Gather(stored_[c], earlier_));
    auto both = arrow::Concatenate({column, std::move(earlier)});
    if (!both.ok()) return InternalError("the rows of a frame", both.status().ToString());
    result.push_back(*std::move(both));
  }
  return result;
}

Result<FrameCalls::Columns> FrameCalls::Run(const Columns& columns, const RowStore* rows) {
  Columns results(outputs_);
  for (RowCount& count : counts_) {
    results[count.output] = BigIntArray(std::exchange(count.values, {}));
  }
  for (const End& end : ends_) {
    TRY_ASSIGN(results[end.output], rows->Gather(stored_[end.column], end.rows));
  }
  if (!has_states_) return results;
  TRY_ASSIGN(const auto read, UpdateColumns(columns, rows));
  if (!any_retraction_) signs_.clear();
  for (Part* part : {&sums_, &rebuilt_}) {
    if (part->calls.empty()) continue;
    TRY_ASSIGN(auto part_results, part->states->UpdateRunning({.columns = read,
                                                               .rows = rows_read_,
                                                               .slots = slots_,
                                                               .signs = signs_,
                                                               .sequence = sequences_},
                                                              {.after = after_, .slots = wanted_}));
    for (size_t i = 0; i < part_results.size(); ++i) {
      results[part->outputs[i]] = std::move(part_results[i]);
    }
  }
  return results;
}

Status FrameCalls::Rebuild(const RowStore& rows, std::span<const uint32_t> sums,
                           std::span<const uint32_t> stored, std::span<const uint32_t> slots,
                           std::span<const int64_t> sequence) {
  Columns columns;
  for (const size_t column : stored_) {
    TRY_ASSIGN(auto array, rows.Gather(column, stored));
    columns.push_back(std::move(array));
  }
  std::vector<int32_t> all(stored.size());
  std::iota(all.begin(), all.end(), 0);
  AggregateStates& states = sums.empty() ? *rebuilt_.states : *sums_.states;
  return states.Update(
      {.columns = columns, .rows = all, .slots = slots, .signs = {}, .sequence = sequence}, sums);
}

}  // namespace millrace
