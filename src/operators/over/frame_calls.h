// SPDX-License-Identifier: Apache-2.0
// FrameCalls: the aggregate calls of one frame of an OVER, over a batch of rows. Whoever knows the
// frame says which rows enter it and which leave, and where a result is wanted (Add, AddStored,
// Take); Run then makes one UpdateRunning per call of it.
//
// What the rows of a bounded frame tell at once needs no accumulators: COUNT(*) is their number,
// FIRST_VALUE and LAST_VALUE are looked up among them. Of the other calls, those whose accumulators
// have a history of their own (plan/rounded_sums.h) are written to the state, the rest follows
// from the rows of the frame. One thread.
#pragma once

#include <span>
#include <vector>

#include "operators/aggregate/aggregate_states.h"
#include "state/row_history.h"
#include "state/row_store.h"

namespace millrace {

class FrameCalls {
 public:
  using Columns = AggregateStates::Columns;
  struct Options {
    bool bounded = false;
    /// Columns before this one are in the RowStore when Take is called.
    int stored_columns = 0;
  };

  /// `calls` are over the columns of the operator's input and those that it has appended before.
  FrameCalls(std::vector<AggregateCall> calls, Options options);

  /// The columns that must be kept of the rows in the frame, ascending.
  const std::vector<int>& columns() const { return columns_; }
  /// Where columns() are in the store, in their order.
  void set_stored(std::vector<size_t> stored) { stored_ = std::move(stored); }
  /// False: there are no accumulators, so Add does nothing.
  bool has_states() const { return !sums_.calls.empty() || !rebuilt_.calls.empty(); }
  bool has_sums() const { return !sums_.calls.empty(); }
  bool has_rebuilt() const { return !rebuilt_.calls.empty(); }
  bool order_sensitive() const { return order_sensitive_; }
  AggregateStates& sums() { return *sums_.states; }
  const AggregateStates& sums() const { return *sums_.states; }
  const std::vector<AggregateCall>& sum_calls() const { return sums_.calls; }

  void Reserve(uint32_t slots);
  void Reset(uint32_t slot);

  void Begin(const Batch& batch);
  /// A row of the batch comes into (or goes out of) the frame of a slot.
  void Add(size_t row, uint32_t slot, int sign, int64_t sequence) {
    if (has_states_) Append(static_cast<int32_t>(row), slot, sign, sequence);
  }
  /// A row of the store.
  void AddStored(uint32_t stored, uint32_t slot, int sign, int64_t sequence) {
    if (!has_states_) return;
    Append(batch_rows_ + static_cast<int32_t>(earlier_.size()), slot, sign, sequence);
    earlier_.push_back(stored);
  }
  /// A result is wanted here. `frame` holds its rows if it is bounded.
  void Take(uint32_t slot, std::span<const HistoryEntry> frame, const RowStore* rows);
  /// A result of calls that are all COUNT(*).
  void TakeCount(int64_t rows) {
    for (RowCount& count : counts_) count.values.push_back(rows);
  }
  /// One result column per call. `columns` are those of the input and what was appended to them.
  Result<Columns> Run(const Columns& columns, const RowStore* rows);

  /// Adds rows of the store to the accumulators that are rebuilt from them; if some of
  /// sum_calls() are named, to those instead.
  Status Rebuild(const RowStore& rows, std::span<const uint32_t> sums,
                 std::span<const uint32_t> stored, std::span<const uint32_t> slots,
                 std::span<const int64_t> sequence);

 private:
  struct Part {
    std::vector<AggregateCall> calls;  // over columns_
    std::vector<size_t> outputs;       // their places in the result
    std::unique_ptr<AggregateStates> states;
  };
  /// COUNT(*) of a bounded frame.
  struct RowCount {
    size_t output;
    std::vector<int64_t> values = {};  // the results of the batch at hand
  };
  /// A FIRST_VALUE or LAST_VALUE that needs no accumulators.
  struct End {
    size_t output;
    size_t column;  // of columns_
    bool last;
    std::vector<uint32_t> rows = {};  // of the store, for each result of the batch at hand
  };

  void AddCall(AggregateCall call, size_t output, const Options& options);
  void Append(int32_t row, uint32_t slot, int sign, int64_t sequence) {
    rows_read_.push_back(row);
    slots_.push_back(slot);
    signs_.push_back(static_cast<int8_t>(sign));
    any_retraction_ |= sign < 0;
    if (order_sensitive_) sequences_.push_back(sequence);
  }
  void TakeEnd(End* end, std::span<const HistoryEntry> frame, const RowStore& rows);
  Result<Columns> UpdateColumns(const Columns& columns, const RowStore* rows) const;

  std::vector<int> columns_;
  std::vector<size_t> stored_;
  size_t outputs_;
  Part sums_;
  Part rebuilt_;
  std::vector<RowCount> counts_;
  std::vector<End> ends_;
  bool has_states_ = false;
  bool order_sensitive_ = false;

  // Of the batch at hand.
  int32_t batch_rows_ = 0;
  std::vector<uint32_t> earlier_;   // rows of the store that updates read
  std::vector<int32_t> rows_read_;  // the updates: row of the batch, or behind it of earlier_
  std::vector<uint32_t> slots_;
  std::vector<int8_t> signs_;
  bool any_retraction_ = false;
  std::vector<int64_t> sequences_;
  std::vector<uint32_t> after_;  // the results wanted
  std::vector<uint32_t> wanted_;
};

}  // namespace millrace
