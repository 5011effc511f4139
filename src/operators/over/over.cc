// SPDX-License-Identifier: Apache-2.0
// Over: aggregates over frames that end at the current row.
//
// OverWaiting (Flink's rule, the default): a row waits until the watermark reaches its time, then
// goes out in order of (time, arrival). One late rule for all frames: a row at or behind the
// watermark is dropped. A whole batch is taken in before anything goes out; since a row that is on
// time lies behind all that its watermark has released, the order is the same as row by row. Each
// row carries the watermark that was in force before the one that released it. Rows that wait are
// in the columns of the run: one with other columns writes them anew, and drops those that do not
// have one of them, which the comparison of plans has said.
//
// OverOnArrival ('millrace.over.emit' = 'on-arrival', and ORDER BY a processing time): each row
// goes out at once, late ones too. A RANGE frame counts rows by their time; ROWS and unbounded
// frames by arrival.
#include <arrow/api.h>

#include <algorithm>

#include "data/event_time.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/late_rows.h"
#include "operators/over/over_frames.h"
#include "operators/pending_batch.h"
#include "operators/row_failures.h"
#include "state/time_table.h"

namespace millrace {
namespace {

/// Removes rows without a time, each of them reported.
Status DropRowsWithoutTime(const OperatorContext& context, const Schema& schema, int column,
                           Batch* batch) {
  const arrow::Array& times = *batch->columns[static_cast<size_t>(column)];
  if (times.null_count() == 0) return OkStatus();
  std::vector<int32_t> rows;
  for (int64_t row = 0; row < batch->num_rows; ++row) {
    if (!times.IsNull(row)) {
      rows.push_back(static_cast<int32_t>(row));
      continue;
    }
    TRY(ReportFailedRow(context, {.stage = "processing",
                                  .reason = "MR0706: the time of the row is NULL",
                                  .batch = batch,
                                  .schema = &schema,
                                  .row = row}));
  }
  *batch = batch->Take(rows);
  return OkStatus();
}

std::vector<EventTime> TimesOf(const arrow::Array& column) {
  const EventTimeReader reader(column);
  std::vector<EventTime> times(static_cast<size_t>(column.length()));
  for (size_t i = 0; i < times.size(); ++i) times[i] = reader.time(static_cast<int64_t>(i));
  return times;
}

class OverOnArrival final : public Operator {
 public:
  OverOnArrival(PlanNodePtr node, const OperatorContext& context)
      : node_(std::move(node)),
        fields_(As<OverNode>(node_)->fields()),
        context_(context),
        frames_(*As<OverNode>(node_), context) {}

  Status OnBatch(int, Batch batch, Output* output) override {
    std::vector<EventTime> times;
    if (fields_.proctime) {
      times.assign(static_cast<size_t>(batch.num_rows), context_.session->now_ms);
    } else {
      TRY(DropRowsWithoutTime(context_, node_->children()[0]->schema(), fields_.order_column,
                              &batch));
      times = TimesOf(*batch.columns[static_cast<size_t>(fields_.order_column)]);
    }
    if (batch.num_rows == 0) return OkStatus();
    TRY_ASSIGN(auto results, frames_.Process(batch, times));
    batch.columns.insert(batch.columns.end(), results.begin(), results.end());
    output->Push(std::move(batch));
    if (fields_.proctime) frames_.Release(context_.session->now_ms);
    return OkStatus();
  }

  Status OnWatermark(int, Watermark watermark, Output* output) override {
    if (!fields_.proctime && watermark.time != kMaxWatermark) frames_.Release(watermark.time);
    output->Push(watermark);
    return OkStatus();
  }

  Status OnTime(int64_t now_ms, Output*) override { return frames_.OnTime(now_ms); }
  Status OnRestore() override { return frames_.Restored(); }

 private:
  PlanNodePtr node_;
  const OverNode::Fields& fields_;
  OperatorContext context_;
  OverFrames frames_;
};

class OverWaiting final : public Operator {
 public:
  OverWaiting(PlanNodePtr node, const OperatorContext& context)
      : node_(std::move(node)),
        fields_(As<OverNode>(node_)->fields()),
        context_(context),
        codec_(fields_.partition_keys,
               TypesOf(node_->children()[0]->schema(), fields_.partition_keys)),
        rows_(TypesOf(node_->children()[0]->schema())),
        cells_("times", context.state->track()),
        waiting_("waiting", context.state->track(), &rows_, &cells_),
        frames_(*As<OverNode>(node_), context),
        watermark_(cells_.Add("watermark", kMinWatermark)) {
    context.state->Register(&waiting_);
    context.state->Register(&cells_);
    frames_.layouts().set_waiting(&rows_);
    steps_.push_back(kMinWatermark);
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    TRY(DropRowsWithoutTime(context_, node_->children()[0]->schema(), fields_.order_column,
                            &batch));
    if (batch.num_rows == 0) return OkStatus();
    const std::vector<EventTime> times =
        TimesOf(*batch.columns[static_cast<size_t>(fields_.order_column)]);
    std::vector<int32_t> on_time;
    for (size_t row = 0; row < times.size(); ++row) {
      const EventTime before = batch.watermark_before(static_cast<int64_t>(row));
      AddStep(before);
      if (times[row] > before) {
        on_time.push_back(static_cast<int32_t>(row));
      } else {
        DropLateRow(context_, batch, static_cast<int64_t>(row));
      }
    }
    std::vector<uint32_t> held;
    rows_.Add(batch.columns, on_time, &held);
    if (context_.state->track()) codec_.Encode(batch, &encoded_);
    for (size_t i = 0; i < held.size(); ++i) {
      const auto row = static_cast<size_t>(on_time[i]);
      const int group = context_.state->track() ? KeyGroupOf(encoded_.hashes[row]) : -1;
      waiting_.Add(times[row], held[i], group);
    }
    return Continue(output);
  }

  Status OnWatermark(int, Watermark watermark, Output* output) override {
    AddStep(watermark.time);
    idle_ = watermark.idle;
    return Continue(output);
  }

  bool more() const override { return more_; }
  Status OnTime(int64_t now_ms, Output*) override { return frames_.OnTime(now_ms); }

  Status Continue(Output* output) override {
    more_ = true;
    while (!output->full()) {
      if (!ready_.empty()) {
        ready_.PushTo(output);
        continue;
      }
      if (waiting_.next() > cells_.get(watermark_) || waiting_.empty()) {
        more_ = false;
        Forward(output);
        return OkStatus();
      }
      TRY(MakeReady());
    }
    return OkStatus();
  }

  Status OnRestore() override {
    steps_.assign(1, cells_.get(watermark_));
    forwarded_ = cells_.get(watermark_);
    // Rows on the disk that are in another form are read, and written anew, at once.
    const bool same = frames_.layouts().waiting() == OverLayouts::Waiting::kSame;
    TRY(same ? waiting_.Fetch(kMinWatermark) : waiting_.Fetch(kMaxWatermark - 1, SIZE_MAX));
    rows_.ReadAs(nullptr);
    TRY(frames_.Restored());
    switch (frames_.layouts().waiting()) {
      case OverLayouts::Waiting::kSame: break;
      case OverLayouts::Waiting::kOther: waiting_.WriteAgain(); break;
      case OverLayouts::Waiting::kIncomplete: waiting_.DropAll(); break;
    }
    return OkStatus();
  }

  std::string Waiting() const override {
    if (waiting_.empty()) return {};
    return "rows held by OVER (" + std::to_string(waiting_.entries()) +
           ") go out when the watermark passes their time, " + FormatEventTime(waiting_.next()) +
           " first; it is " + FormatEventTime(cells_.get(watermark_));
  }

 private:
  void AddStep(EventTime watermark) {
    if (watermark <= cells_.get(watermark_)) return;
    cells_.Set(watermark_, watermark);
    steps_.push_back(watermark);
  }

  /// Takes the next kMaxBatchRows rows or so that the watermark has passed; all rows of a time
  /// together.
  Status MakeReady() {
    std::vector<uint32_t> held;
    std::vector<EventTime> times;
    std::vector<EventTime> taken;
    const EventTime watermark = cells_.get(watermark_);
    TRY(waiting_.Fetch(watermark));
    waiting_.ForEachTime([&](EventTime time, std::span<const uint32_t> rows) {
      if (time > watermark || static_cast<int64_t>(held.size()) >= kMaxBatchRows) return false;
      held.insert(held.end(), rows.begin(), rows.end());
      times.resize(held.size(), time);
      taken.push_back(time);
      return true;
    });
    if (held.empty()) return OkStatus();
    Batch ready;
    ready.num_rows = static_cast<int64_t>(held.size());
    TRY_ASSIGN(ready.columns, rows_.GatherAll(held));
    for (EventTime time : taken) waiting_.Drop(time);
    SetWatermarks(times, &ready);
    TRY_ASSIGN(auto results, frames_.Process(ready, times));
    ready.columns.insert(ready.columns.end(), results.begin(), results.end());
    ready_.Set(std::move(ready));
    return OkStatus();
  }

  /// Each row's: the last step before its time.
  void SetWatermarks(std::span<const EventTime> times, Batch* batch) {
    auto watermarks = std::make_shared<std::vector<EventTime>>();
    watermarks->reserve(times.size());
    for (EventTime time : times) {
      while (step_ + 1 < steps_.size() && steps_[step_ + 1] < time) ++step_;
      watermarks->push_back(steps_[step_]);
    }
    batch->watermark = watermarks->front();
    if (watermarks->back() != watermarks->front()) batch->watermarks = std::move(watermarks);
  }

  /// All that the watermark has passed is out.
  void Forward(Output* output) {
    const EventTime watermark = cells_.get(watermark_);
    steps_.assign(1, watermark);
    step_ = 0;
    if (watermark > forwarded_ || idle_) output->Push(Watermark{watermark, idle_});
    forwarded_ = watermark;
    idle_ = false;
    if (watermark != kMaxWatermark) frames_.Release(watermark);
  }

  PlanNodePtr node_;
  const OverNode::Fields& fields_;
  OperatorContext context_;
  KeyCodec codec_;
  EncodedKeys encoded_;  // of the batch at hand, when deltas are wanted
  RowStore rows_;
  CellTable cells_;
  TimeTable waiting_;
  OverFrames frames_;
  size_t watermark_;
  std::vector<EventTime> steps_;  // watermarks since the last one that was forwarded, ascending
  size_t step_ = 0;
  EventTime forwarded_ = kMinWatermark;
  bool idle_ = false;
  bool more_ = false;
  PendingBatch ready_;
};

}  // namespace

void RegisterOver(OperatorRegistry* registry) {
  registry->Register(OverNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       const OverNode::Fields& fields = As<OverNode>(node)->fields();
                       if (!fields.waits()) return std::make_unique<OverOnArrival>(node, context);
                       return std::make_unique<OverWaiting>(node, context);
                     });
}

}  // namespace millrace
