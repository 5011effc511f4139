// SPDX-License-Identifier: Apache-2.0
// WindowRank: Top-N of windows. The first rows of each key and window are kept in order; when the
// watermark closes the window they go out, and nothing of it is kept. A row whose window has closed
// is late.
//
// Rows lie on the disk until a row of their key and window comes, or the window closes: then those
// in memory go out first, and the others one key group after the other.
#include <algorithm>

#include "data/event_time.h"
#include "data/key_codec.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/late_rows.h"
#include "operators/rank/rank_changes.h"
#include "operators/rank/ranked_rows.h"
#include "operators/rank/window_partitions.h"
#include "operators/row_failures.h"
#include "operators/window/window_times.h"
#include "operators/window/window_zone.h"

namespace millrace {
namespace {

class WindowRank final : public DeadlineOperator {
 public:
  WindowRank(const PlanNodePtr& node, WindowTimes times, const OperatorContext& context)
      : DeadlineOperator(1, context),
        node_(node),
        fields_(As<WindowRankNode>(node_)->fields()),
        input_(node_->children()[0]->schema()),
        times_(times),
        keys_(fields_.partition_keys, TypesOf(input_, fields_.partition_keys)),
        sort_keys_(fields_.order, input_),
        loaded_sort_keys_(fields_.order, input_),
        rows_(TypesOf(input_)),
        ranked_("ranked", context.state->track(), &rows_, RankedRows::Partitions::kByTime),
        sequence_(cells().Add("sequence", 0, CellTable::Rule::kGreatest)) {
    context.state->Register(&ranked_);
    ranked_.set_evicted([this](uint32_t row) { Unlist(ranked_.partition_of(row)); });
  }

  std::string Waiting() const override {
    if (NextWindow() == kMaxWatermark) return {};
    return "the window that ends at " + FormatEventTime(NextWindow()) +
           " sends its first rows when the watermark passes it; it is " +
           FormatEventTime(watermark());
  }

 protected:
  EventTime NextDeadline() const override {
    return NextWindow() == kMaxWatermark ? kMaxWatermark : times_.ClosingTime(NextWindow());
  }

  Status BeginBatch(int, const Batch& batch) override {
    keys_.Encode(batch, &encoded_);
    const arrow::Array& ends = *batch.columns[static_cast<size_t>(fields_.window.end)];
    const EventTimeReader times(ends);
    timed_ = EncodedKeys();
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const EventTime end = ends.IsNull(row) ? kMaxWatermark : times.time(row);
      RankedRows::AddTimedKey(end, encoded_.key(static_cast<size_t>(row)), &timed_);
    }
    TRY(ranked_.Load(timed_, &loaded_sort_keys_, list_));
    sort_keys_.Encode(batch.columns, batch.num_rows);
    return OkStatus();
  }

  Result<int64_t> ProcessRows(int, const Batch& batch, int64_t begin, Output*) override {
    const arrow::Array& ends = *batch.columns[static_cast<size_t>(fields_.window.end)];
    const EventTimeReader times(ends);
    taken_rows_.clear();
    taken_slots_.clear();
    int64_t row = begin;
    for (; row < batch.num_rows; ++row) {
      const EventTime before = batch.watermark_before(row);
      if (before >= NextDeadline()) break;
      if (ends.IsNull(row)) {
        TRY(ReportFailedRow(context(), {.stage = "processing",
                                        .reason = "MR0706: the window of the row is NULL",
                                        .batch = &batch,
                                        .schema = &input_,
                                        .row = row}));
        continue;
      }
      const int64_t end = times.time(row);
      if (times_.ClosingTime(end) <= before) {
        DropLateRow(context(), batch, row);
        continue;
      }
      TakeIn(static_cast<int32_t>(row), end);
    }
    for (size_t column = 0; column < batch.columns.size(); ++column) {
      rows_.Set(column, batch.columns[column], taken_rows_, taken_slots_);
    }
    ranked_.FreeRemoved();
    return row;
  }

  Result<bool> Fire(Output* output) override {
    while (NextDeadline() <= watermark() && NextWindow() != kMaxWatermark) {
      if (windows_.next() > NextWindow()) {
        TRY(ranked_.LoadNext(&loaded_sort_keys_, list_));
        continue;
      }
      if (output->full()) return false;
      TRY(Send(output));
    }
    return true;
  }

  Status Restored() override {
    TRY(ranked_.FindTimes());
    return ranked_.Restored(&loaded_sort_keys_, list_);
  }

 private:
  EventTime NextWindow() const { return std::min(windows_.next(), ranked_.next_on_disk()); }
  EventTime EndOf(uint32_t partition) const {
    return RankedRows::TimeOf(ranked_.partition_key(partition));
  }

  void Unlist(uint32_t partition) {
    if (windows_.contains(partition)) windows_.Remove(EndOf(partition), partition);
  }

  void TakeIn(int32_t row, int64_t end) {
    const auto i = static_cast<size_t>(row);
    const uint32_t partition = ranked_.Partition(timed_.key(i), timed_.hashes[i]);
    if (ranked_.size(partition) == 0) windows_.Add(end, partition);
    const auto last = static_cast<size_t>(fields_.range.last);
    const std::string_view sort_key = sort_keys_.key(i);
    if (ranked_.size(partition) >= last) {
      const std::string_view worst = ranked_.sort_key(ranked_.At(partition, last - 1));
      if (fields_.last_wins ? sort_key > worst : sort_key >= worst) return;
    }
    rows_.AddSlots(1, &taken_slots_);
    taken_rows_.push_back(row);
    const int64_t number = cells().get(sequence_);
    cells().Set(sequence_, number + 1);
    const auto sequence =
        static_cast<uint64_t>(fields_.last_wins ? kLastSequence - number : number);
    ranked_.Insert(
        partition,
        {.row = taken_slots_.back(), .sort_key = sort_key, .time = 0, .sequence = sequence});
    while (ranked_.size(partition) > last) ranked_.Remove(ranked_.At(partition, last));
  }

  /// Sends the rows of some keys of the window that closes, of those that are in memory.
  Status Send(Output* output) {
    const EventTime end = windows_.next();
    const RankRange& range = fields_.range;
    std::vector<uint32_t> rows;
    std::vector<int64_t> ranks;
    std::vector<uint32_t> done;
    while (windows_.next() == end && static_cast<int64_t>(rows.size()) < kMaxBatchRows) {
      const uint32_t partition = windows_.Pop();
      done.push_back(partition);
      const auto count = static_cast<int64_t>(ranked_.size(partition));
      for (int64_t rank = range.first; rank <= std::min(count, range.last); ++rank) {
        rows.push_back(ranked_.At(partition, static_cast<size_t>(rank - 1)));
        ranks.push_back(rank);
      }
    }
    Batch batch;
    batch.num_rows = static_cast<int64_t>(rows.size());
    batch.watermark = forwarded();
    TRY_ASSIGN(batch.columns, rows_.GatherAll(rows));
    if (!fields_.number.empty()) batch.columns.push_back(BigIntArray(ranks));
    for (int64_t at = 0; at < batch.num_rows; at += kMaxBatchRows) {
      output->Push(batch.Slice(at, std::min(kMaxBatchRows, batch.num_rows - at)));
    }
    for (const uint32_t partition : done) {
      while (ranked_.size(partition) > 0) ranked_.Remove(ranked_.At(partition, 0));
      ranked_.EndPartition(partition);
    }
    ranked_.FreeRemoved();
    return OkStatus();
  }

  static constexpr int64_t kLastSequence = int64_t{1} << 62;

  PlanNodePtr node_;
  const WindowRankNode::Fields& fields_;
  const Schema& input_;
  WindowTimes times_;
  KeyCodec keys_;
  SortKeys sort_keys_;         // of the batch at hand
  SortKeys loaded_sort_keys_;  // of rows that come back
  RowStore rows_;
  RankedRows ranked_;  // by end of the window and key
  size_t sequence_;
  WindowPartitions windows_;
  const RankedRows::Restoring list_ = [this](std::span<const uint32_t> rows) -> Status {
    for (const uint32_t row : rows) {
      const uint32_t partition = ranked_.partition_of(row);
      if (!windows_.contains(partition)) windows_.Add(EndOf(partition), partition);
    }
    return OkStatus();
  };
  EncodedKeys encoded_;  // of the batch at hand,
  EncodedKeys timed_;    // and with the ends of their windows
  std::vector<int32_t> taken_rows_;
  std::vector<uint32_t> taken_slots_;
};

}  // namespace

void RegisterWindowRank(OperatorRegistry* registry) {
  registry->Register(WindowRankNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       WindowSpec spec{
                           .kind = WindowKind::kTumble, .size = 1, .time_zone = WindowZoneOf(node)};
                       TRY_ASSIGN(const WindowTimes times, WindowTimes::Create(spec));
                       return std::make_unique<WindowRank>(node, times, context);
                     });
}

}  // namespace millrace
