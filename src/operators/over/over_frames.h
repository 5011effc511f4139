// SPDX-License-Identifier: Apache-2.0
// OverFrames: the aggregates of OVER frames, per key. Rows are given in the order in which they
// count; each gets the results of its frame.
//
// A batch becomes one list of updates (rows that enter a frame, rows that leave it) and one
// UpdateRunning per aggregate call. Of rows in a bounded frame the argument columns are kept
// (RowStore), ordered per key (OrderedTable); unbounded frames keep accumulators only. FIRST_VALUE
// and LAST_VALUE of a bounded frame are looked up among its rows. A row that comes on arrival out
// of order moves the frame back for one result and forth again, or its frame is added up anew,
// whichever is less work.
//
// What a row can see: entries not older than the watermark before it minus the frame's length. So
// whatever is older can be dropped at any moment without a trace. One thread.
#pragma once

#include <queue>
#include <vector>

#include "data/key_codec.h"
#include "operators/aggregate/aggregate_states.h"
#include "operators/operator.h"
#include "plan/nodes/aggregate_nodes.h"
#include "state/cell_table.h"
#include "state/ordered_table.h"

namespace millrace {

class OverFrames {
 public:
  /// `fields` and `context.state` outlive the object.
  OverFrames(const OverNode::Fields& fields, const Schema& input, const OperatorContext& context);

  /// The result columns for the rows of a batch. Without on-arrival emission the rows are in order
  /// of `times`, and all rows of equal time are in one batch.
  Result<AggregateStates::Columns> Process(const Batch& batch, std::span<const EventTime> times);
  /// Drops keys that no row after this watermark can see anything of.
  void Release(EventTime watermark);
  /// Rebuilds what is not state after the tables were filled.
  Status Restored();

 private:
  enum class Frame { kUnbounded, kUnboundedPeers, kRows, kRange, kRangeOnArrival };

  /// Calls that are kept alike: those of sums_ are written to the state, those of rebuilt_ follow
  /// from the entries.
  struct Part {
    std::vector<AggregateCall> calls;  // over the kept columns
    std::vector<size_t> outputs;       // their places in the result
    std::unique_ptr<AggregateStates> states;
  };
  /// A FIRST_VALUE or LAST_VALUE that needs no accumulators.
  struct End {
    size_t output;
    size_t column;  // of rows_
    bool last;
    std::vector<uint32_t> rows = {};  // of rows_, for each result of the batch at hand
  };
  /// How far the accumulators of a key reach, counted in its entries.
  struct Reach {
    uint32_t begin = 0;   // entries before it are not in the accumulators
    uint32_t hidden = 0;  // of those, this many can no longer be seen
    bool queued = false;  // in expiry_
  };

  class Rebuild;

  /// The time before which entries are out of sight, without overflow.
  static EventTime Before(EventTime time, int64_t length);
  static Frame FrameOf(const OverNode::Fields& fields);
  void Fit();
  void AddCalls();
  void Begin(const Batch& batch);
  void AddUpdate(int32_t row, uint32_t slot, int sign, int64_t sequence);
  void AddKept(const OrderedEntry& entry, uint32_t slot, int sign);
  void Take(uint32_t slot, std::span<const OrderedEntry> frame);
  void Prefetch(size_t row) const;
  void AddUnbounded(const Batch& batch, std::span<const EventTime> times);
  void AddRowsFrames(const Batch& batch);
  void AddRangeFrames(const Batch& batch, std::span<const EventTime> times);
  void AddOnArrival(const Batch& batch, std::span<const EventTime> times);
  void AddInOrder(size_t row, EventTime time, EventTime oldest);
  void AddOutOfOrder(size_t row, EventTime time, EventTime oldest);
  void MoveBackAndForth(size_t row, size_t place, size_t low, bool stays);
  void AddUpAnew(size_t row, size_t place, size_t low);
  void LeaveBefore(uint32_t key, EventTime oldest);
  void Queue(uint32_t key);
  void DropKey(uint32_t key);
  Result<AggregateStates::Columns> UpdateColumns();
  Result<AggregateStates::Columns> RunUpdates();
  void Settle();
  int64_t SequenceOf(const OrderedEntry& entry) const {
    return frame_ == Frame::kRangeOnArrival ? entry.time : static_cast<int64_t>(entry.sequence);
  }

  const OverNode::Fields& fields_;
  Frame frame_;
  bool bounded_;
  bool order_sensitive_;
  KeyCodec codec_;
  std::vector<int> kept_columns_;  // input columns that calls read
  Part sums_;
  Part rebuilt_;
  std::vector<End> ends_;
  KeyTable keys_;
  RowStore rows_;
  OrderedTable entries_;
  CellTable cells_;
  size_t sequence_;
  std::vector<Reach> reach_;  // by key slot
  using Expiry = std::pair<EventTime, uint32_t>;
  std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>> expiry_;

  // Of the batch at hand.
  EncodedKeys encoded_;
  AggregateStates::Columns kept_;  // its kept columns
  int32_t batch_rows_ = 0;
  int64_t next_sequence_ = 0;
  std::vector<uint32_t> slots_;     // key slots of its rows
  std::vector<uint32_t> stored_;    // rows of rows_ that hold its rows
  std::vector<uint32_t> touched_;   // key slots, maybe more than once
  uint32_t scratch_ = 0;            // slots above the keys' that were used
  std::vector<uint32_t> earlier_;   // rows of rows_ that updates read
  std::vector<int32_t> rows_read_;  // the updates: row of the batch, or behind it of earlier_
  std::vector<uint32_t> update_slots_;
  std::vector<int8_t> signs_;
  bool any_retraction_ = false;
  std::vector<int64_t> sequences_;
  std::vector<uint32_t> after_;  // the results wanted
  std::vector<uint32_t> wanted_slots_;
  std::vector<uint32_t> unkept_;  // rows of rows_ that got no entry
};

}  // namespace millrace
