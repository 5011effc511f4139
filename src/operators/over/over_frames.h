// SPDX-License-Identifier: Apache-2.0
// OverFrames: the stages of an OVER, per key. Rows are given in the order in which they count; each
// gets the computed columns and the results of the frames, stage by stage, since a stage may read
// what those before it gave.
//
// The keys of a batch are looked up once for all stages. Unbounded frames keep accumulators only;
// ROWS frames the last rows of a key (RowsFrame); RANGE frames share one list of rows
// (RangeFrames). All that is small is in the value of the key: one entry per key and epoch. It
// begins with the number of its layout, so that a query with other frames or calls reads what it
// still has of it, and finds the rest from the rows that are there (OverReading).
//
// What there is of a key leaves memory and comes back as a whole. Of keys on the disk that no row
// asks for any more, the rows may have gone out of sight: OnTime looks at all keys in turn. One
// thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "data/key_codec.h"
#include "expr/evaluator.h"
#include "operators/cold_sweep.h"
#include "operators/operator.h"
#include "operators/over/frame_calls.h"
#include "operators/over/over_layouts.h"
#include "operators/over/over_reading.h"
#include "operators/over/range_frames.h"
#include "operators/over/rows_frame.h"
#include "plan/nodes/aggregate_nodes.h"
#include "state/cell_table.h"

namespace millrace {

class OverFrames {
 public:
  /// `node` and `context.state` outlive the object.
  OverFrames(const OverNode& node, const OperatorContext& context);

  /// The columns that the stages append for the rows of a batch. Without on-arrival emission the
  /// rows are in order of `times`, and all rows of equal time are in one batch.
  Result<FrameCalls::Columns> Process(const Batch& batch, std::span<const EventTime> times);
  /// Drops what no row after this watermark can see anything of.
  void Release(EventTime watermark);
  /// Looks for keys on the disk that Release has not seen.
  Status OnTime(int64_t now_ms);
  /// Rebuilds what is not state after the tables were filled.
  Status Restored();
  OverLayouts& layouts() { return layouts_; }

 private:
  enum class Kind { kNone, kUnbounded, kUnboundedPeers, kRows, kRange };
  struct Stage {
    std::optional<Evaluator> computed;
    Kind kind = Kind::kNone;
    std::unique_ptr<FrameCalls> calls;
    std::unique_ptr<RowsFrame> rows;  // kRows
    size_t range = 0;                 // kRange: which frame of range_
  };

  static constexpr size_t kRangeList = static_cast<size_t>(-1);

  static Kind KindOf(const OverNode::Fields& fields, const OverStage& stage);
  void AddStages(const Schema& schema, size_t input_columns, const OperatorContext& context);
  void AddRows(const std::vector<DataType>& types, const OperatorContext& context);
  OverLayout MakeLayout(const OverNode& node) const;
  void Prepare();
  void AddRange(const std::vector<DataType>& types, bool track);
  Status RunStage(Stage* stage, std::span<const EventTime> times, Batch* batch);
  void AddUnbounded(Stage* stage, const Batch& batch, std::span<const EventTime> times);
  void Write(uint32_t key, std::string* out) const;
  void PrefetchForWrite(uint32_t key, int step) const;
  Status Read(uint32_t key, std::string_view bytes);
  void ReadBegin(uint32_t key);
  Status ReadSums(uint32_t key, const OverReading& reading, std::string_view* bytes);
  Status ReadLists(uint32_t key, const OverReading& reading, std::string_view* bytes);
  Status ReadReaches(uint32_t key, const OverReading& reading, std::string_view* bytes);
  RowsFrame* RowsOfList(size_t list) const;
  Status LoadRest();
  void Evict(uint32_t key);
  bool keeps_keys() const;

  const OverNode::Fields& fields_;
  StateStore* state_;
  KeyCodec codec_;
  OverLayouts layouts_;
  KeyTable keys_;
  std::vector<Stage> stages_;
  std::unique_ptr<RangeFrames> range_;  // null: no RANGE frame is bounded
  CellTable cells_;
  size_t sequence_;
  /// Of each list of rows, the stage of its ROWS frame; kRangeList: that of the RANGE frames.
  std::vector<size_t> lists_;
  std::vector<std::pair<size_t, size_t>> sums_;  // stage and place there, in the order of values
  struct Earlier {
    OverReading reading;
    std::vector<std::vector<uint32_t>> missing;  // by stage, the sums that it does not have
  };
  std::map<uint32_t, Earlier> readings_;  // by number of the layout, that of this run too
  std::vector<RowForms> forms_;           // by list
  bool prepared_ = false;
  ColdSweep sweep_;
  EventTime released_before_ = kMinWatermark;  // the watermark of the last Release
  bool order_sensitive_ = false;               // an unbounded frame goes by the order of rows

  // Of the batch at hand.
  EncodedKeys encoded_;
  std::vector<uint32_t> slots_;  // key slots of its rows
  RowErrors errors_;
  std::vector<uint32_t> released_;
};

}  // namespace millrace
