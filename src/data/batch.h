// SPDX-License-Identifier: Apache-2.0
// Batch: the only data that flows along an edge, and Event: what travels in order with it.
//
// A batch is a set of equally long Arrow columns plus, per row and optional, a change kind, the
// running watermark and the arrival time. Absent change kinds mean all inserts. The running
// watermark of a row is the watermark in force *before* that row (a row is forwarded before its own
// watermark), so late rules give the same answer wherever a batch was cut. Batches are immutable
// once emitted and cheap to copy; they may be shared between threads.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "data/change_kind.h"
#include "data/row_origin.h"

namespace millrace {

/// Event time in milliseconds since the epoch. For LTZ and plain TIMESTAMP alike (plain read as
/// UTC).
using EventTime = int64_t;
constexpr EventTime kMinWatermark = std::numeric_limits<int64_t>::min();
constexpr EventTime kMaxWatermark = std::numeric_limits<int64_t>::max();

/// Upper bound of rows in one batch and of the rows an operator emits before it must yield.
constexpr int64_t kMaxBatchRows = 8192;

/// Where the time of a batch went, for stage latency. Nanoseconds of the monotonic clock; 0 =
/// unknown.
struct BatchTiming {
  int64_t decoded_at = 0;  // when its rows had been decoded (arrival to here = ingest)
  int64_t inference = 0;   // nanoseconds spent in model calls so far
};

/// The splits (files, partitions) that one shard reads of a table, by ordinals of that scan.
/// Replaced, never changed, when a split is opened or has ended.
using SplitSet = std::vector<int32_t>;
constexpr int32_t kNoSplit = -1;

struct Batch {
  int64_t num_rows = 0;
  std::vector<std::shared_ptr<arrow::Array>>
      columns;  // each of length num_rows, offset may be non-zero
  /// One byte per row (ChangeKind), or null: all inserts.
  std::shared_ptr<const std::vector<ChangeKind>> kinds;
  /// The running watermark before each row, or null: `watermark` holds for every row.
  std::shared_ptr<const std::vector<EventTime>> watermarks;
  EventTime watermark = kMinWatermark;
  /// Arrival time of each row (monotonic nanoseconds, the scheduled time for paced sources), or
  /// null: `arrival` holds for every row; 0 = unknown (e.g. rows made by a timer).
  std::shared_ptr<const std::vector<int64_t>> arrivals;
  int64_t arrival = 0;
  BatchTiming timing;
  /// Batches of a scan hold rows of one split and name all that are open, so that a watermark
  /// assigner keeps one clock per split. Anywhere else without meaning.
  int32_t split = kNoSplit;
  std::shared_ptr<const SplitSet> open_splits;
  /// Row r was made from row origin_row(r) of what its table gave, or, where that is -1, from none
  /// of them (rows made by a timer among others); null: not known.
  std::shared_ptr<const RowOrigins> origins;
  std::shared_ptr<const std::vector<int32_t>> origin_rows;  // null: origin_first + r
  int32_t origin_first = 0;

  int32_t origin_row(int64_t row) const {
    return origin_rows ? (*origin_rows)[static_cast<size_t>(row)]
                       : origin_first + static_cast<int32_t>(row);
  }
  ChangeKind kind(int64_t row) const {
    return kinds ? (*kinds)[static_cast<size_t>(row)] : ChangeKind::kInsert;
  }
  EventTime watermark_before(int64_t row) const {
    return watermarks ? (*watermarks)[static_cast<size_t>(row)] : watermark;
  }
  int64_t arrival_of(int64_t row) const {
    return arrivals ? (*arrivals)[static_cast<size_t>(row)] : arrival;
  }

  /// Rows [offset, offset + length), without copying column data.
  Batch Slice(int64_t offset, int64_t length) const;
  /// The given rows in the given order; per-row side columns follow.
  Batch Take(std::span<const int32_t> rows) const;
  /// Same rows and side columns, other columns.
  Batch WithColumns(std::vector<std::shared_ptr<arrow::Array>> new_columns) const;
};

/// Joins batches of one schema into one (side columns materialised only when they differ).
Batch Concatenate(std::span<const Batch> batches);

/// Event time has reached `time`: no operator upstream will treat a row with ts <= time as on time.
/// `idle`: the input has been silent for its idle time-out; operators with several inputs leave it
/// out of the minimum until its next batch or watermark.
struct Watermark {
  EventTime time = kMinWatermark;
  bool idle = false;
};

/// Asks every operator it passes to hand over what changed since the barrier before.
struct Barrier {
  uint64_t epoch = 0;
  bool final_epoch = false;  // the pipeline stops behind this barrier
};

/// No more data follows on this edge.
struct EndOfInput {};

using Event = std::variant<Batch, Watermark, Barrier, EndOfInput>;

}  // namespace millrace
