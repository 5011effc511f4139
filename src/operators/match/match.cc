// SPDX-License-Identifier: Apache-2.0
// Match: MATCH_RECOGNIZE.
//
// MatchWaiting: by event time. A row waits until the watermark has come to its time, and takes part
// in order of (time, further columns, arrival); one at or behind the watermark is late. A match
// carries the watermark that was in force before the one that released its last row; one that
// waited for an earlier match, which then has taken too long, that before the one that said so.
//
// MatchOnArrival: by processing time, rows take part as they come.
#include <arrow/api.h>

#include <deque>
#include <numeric>

#include "data/event_time.h"
#include "operators/builtin.h"
#include "operators/cold_sweep.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/late_rows.h"
#include "operators/match/match_measures.h"
#include "operators/match/match_partitions.h"
#include "operators/pending_batch.h"
#include "operators/rank/sort_keys.h"
#include "operators/row_failures.h"
#include "state/time_table.h"

namespace millrace {
namespace {

std::vector<SortKey> FurtherOrder(const MatchNode& node) {
  std::vector<SortKey> order = node.fields().order;
  order.erase(order.begin());
  return order;
}

/// What both have in common: rows in their order become batches of matches.
class MatchOperator : public Operator {
 public:
  MatchOperator(const PlanNodePtr& node, const OperatorContext& context)
      : plan_(node),
        node_(*As<MatchNode>(plan_)),
        context_(context),
        further_(FurtherOrder(node_), node_.children()[0]->schema()),
        partitions_(node_, context),
        measures_(node_, context) {}

 protected:
  const MatchNode& node() const { return node_; }
  const Schema& input_schema() const { return node_.children()[0]->schema(); }
  const OperatorContext& context() const { return context_; }
  MatchPartitions& partitions() { return partitions_; }
  bool ready() const { return !ready_.empty() || !sending_.empty(); }

  /// Sorts rows of one time by the further columns of ORDER BY. `times` ascend.
  void PutInOrder(std::span<const EventTime> times, Batch* batch) {
    if (further_.order().empty()) return;
    further_.Encode(batch->columns, batch->num_rows);
    std::vector<int32_t> order(times.size());
    std::iota(order.begin(), order.end(), 0);
    for (size_t begin = 0; begin < times.size();) {
      size_t end = begin;
      while (end < times.size() && times[end] == times[begin]) ++end;
      std::stable_sort(order.begin() + static_cast<ptrdiff_t>(begin),
                       order.begin() + static_cast<ptrdiff_t>(end), [this](int32_t a, int32_t b) {
                         return further_.key(static_cast<size_t>(a)) <
                                further_.key(static_cast<size_t>(b));
                       });
      begin = end;
    }
    *batch = batch->Take(order);
  }

  /// Makes batches of what was found; `watermark_of` gives the watermark of a time.
  template <typename F>
  Status MakeReady(const std::vector<FoundMatch>& found, F&& watermark_of) {
    for (size_t at = 0; at < found.size(); at += kMaxBatchRows) {
      const auto part =
          std::span(found).subspan(at, std::min<size_t>(kMaxBatchRows, found.size() - at));
      RowErrors failed;
      TRY_ASSIGN(Batch batch, measures_.Compute(part, partitions_, &failed));
      auto watermarks = std::make_shared<std::vector<EventTime>>();
      for (const FoundMatch& match : part) watermarks->push_back(watermark_of(match.time));
      batch.watermark = watermarks->front();
      if (watermarks->front() != watermarks->back()) batch.watermarks = std::move(watermarks);
      TRY(ReportRowErrors(context_, failed, batch, node_.schema()));
      if (!failed.empty()) batch = batch.Take(RowsWithoutError(failed, batch.num_rows));
      ready_.push_back(std::move(batch));
    }
    partitions_.Release();
    return OkStatus();
  }

  /// Now and then; `time`: that of matches.
  Status SweepNow(int64_t now_ms, EventTime time, std::vector<FoundMatch>* found) {
    if (!sweep_.IsTime(now_ms)) return OkStatus();
    return partitions_.Sweep(time, found);
  }

  /// Until nothing is left or the output is full.
  void SendReady(Output* output) {
    while (!output->full() && ready()) {
      if (sending_.empty()) {
        sending_.Set(std::move(ready_.front()));
        ready_.pop_front();
      }
      sending_.PushTo(output);
    }
  }

 private:
  PlanNodePtr plan_;
  const MatchNode& node_;
  OperatorContext context_;
  SortKeys further_;
  MatchPartitions partitions_;
  MatchMeasures measures_;
  std::deque<Batch> ready_;
  PendingBatch sending_;
  ColdSweep sweep_;
};

class MatchOnArrival final : public MatchOperator {
 public:
  using MatchOperator::MatchOperator;

  Status OnBatch(int, Batch batch, Output* output) override {
    if (batch.num_rows == 0) return OkStatus();
    const EventTime now = Now();
    std::vector<FoundMatch> found;
    TRY(partitions().Expire(now, &found));
    TRY(Make(found));
    found.clear();
    const std::vector<EventTime> times(static_cast<size_t>(batch.num_rows), now);
    watermark_ = batch.watermark_before(batch.num_rows - 1);
    PutInOrder(times, &batch);
    TRY(partitions().Process(batch, times, &found));
    TRY(Make(found));
    return Continue(output);
  }

  Status OnWatermark(int, Watermark watermark, Output* output) override {
    watermark_ = std::max(watermark_, watermark.time);
    output->Push(watermark);
    return OkStatus();
  }

  Status OnTime(int64_t now_ms, Output* output) override {
    std::vector<FoundMatch> found;
    TRY(SweepNow(now_ms, Now(), &found));
    TRY(partitions().Expire(Now(), &found));
    TRY(Make(found));
    return Continue(output);
  }

  bool more() const override { return ready(); }
  Status Continue(Output* output) override {
    SendReady(output);
    return OkStatus();
  }
  Status OnRestore() override { return partitions().Restored(); }

 private:
  /// The clock may be set back; rows are numbered on.
  EventTime Now() {
    now_ = std::max(now_, context().session->now_ms);
    return now_;
  }
  Status Make(const std::vector<FoundMatch>& found) {
    return MakeReady(found, [this](EventTime) { return watermark_; });
  }

  EventTime now_ = kMinWatermark;
  EventTime watermark_ = kMinWatermark;
};

class MatchWaiting final : public MatchOperator {
 public:
  MatchWaiting(const PlanNodePtr& plan, const OperatorContext& context)
      : MatchOperator(plan, context),
        time_column_(static_cast<size_t>(node().fields().order[0].column)),
        codec_(node().fields().partition_keys,
               TypesOf(input_schema(), node().fields().partition_keys)),
        rows_(TypesOf(input_schema())),
        cells_("times", context.state->track()),
        waiting_("waiting", context.state->track(), &rows_, &cells_),
        watermark_(cells_.Add("watermark", kMinWatermark)) {
    context.state->Register(&waiting_);
    context.state->Register(&cells_);
    steps_.push_back(kMinWatermark);
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    const EventTimeReader reader(*batch.columns[time_column_]);
    std::vector<int32_t> on_time;
    std::vector<EventTime> times;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const EventTime before = batch.watermark_before(row);
      AddStep(before);
      const std::optional<EventTime> time = reader[row];
      if (!time) {
        TRY(ReportFailedRow(this->context(), {.stage = "processing",
                                              .reason = "MR0706: the time of the row is NULL",
                                              .batch = &batch,
                                              .schema = &input_schema(),
                                              .row = row}));
      } else if (*time <= before) {
        DropLateRow(this->context(), batch, row);
      } else {
        on_time.push_back(static_cast<int32_t>(row));
        times.push_back(*time);
      }
    }
    std::vector<uint32_t> held;
    rows_.Add(batch.columns, on_time, &held);
    const bool track = this->context().state->track();
    if (track) codec_.Encode(batch, &encoded_);
    for (size_t i = 0; i < held.size(); ++i) {
      const auto row = static_cast<size_t>(on_time[i]);
      waiting_.Add(times[i], held[i], track ? KeyGroupOf(encoded_.hashes[row]) : -1);
    }
    return Continue(output);
  }

  Status OnWatermark(int, Watermark watermark, Output* output) override {
    AddStep(watermark.time);
    idle_ = watermark.idle;
    return Continue(output);
  }

  Status OnTime(int64_t now_ms, Output* output) override {
    if (more_) return OkStatus();
    std::vector<FoundMatch> found;
    TRY(SweepNow(now_ms, cells_.get(watermark_), &found));
    TRY(MakeReady(found));
    return Continue(output);
  }

  bool more() const override { return more_; }

  Status Continue(Output* output) override {
    more_ = true;
    while (!output->full()) {
      if (ready()) {
        SendReady(output);
        continue;
      }
      const EventTime next = std::min(waiting_.next(), partitions().next_deadline());
      if (next == kMaxWatermark || next > cells_.get(watermark_)) {
        more_ = false;
        Forward(output);
        return OkStatus();
      }
      TRY(TakeNext());
    }
    return OkStatus();
  }

  Status OnRestore() override {
    steps_.assign(1, cells_.get(watermark_));
    forwarded_ = cells_.get(watermark_);
    TRY(waiting_.Fetch(kMinWatermark));
    return partitions().Restored();
  }

  std::string Waiting() const override {
    if (waiting_.empty()) return {};
    return "rows to match (" + std::to_string(waiting_.entries()) +
           ") take part when the watermark has come to their time, " +
           FormatEventTime(waiting_.next()) + " first; it is " +
           FormatEventTime(cells_.get(watermark_));
  }

 private:
  void AddStep(EventTime watermark) {
    if (watermark <= cells_.get(watermark_)) return;
    cells_.Set(watermark_, watermark);
    steps_.push_back(watermark);
  }

  /// The next kMaxBatchRows rows or so that the watermark has passed, all rows of a time together,
  /// and what takes too long until then.
  Status TakeNext() {
    const EventTime watermark = cells_.get(watermark_);
    std::vector<uint32_t> held;
    std::vector<EventTime> times;
    TRY(waiting_.Fetch(watermark));
    waiting_.ForEachTime([&](EventTime time, std::span<const uint32_t> rows) {
      if (time > watermark || static_cast<int64_t>(held.size()) >= kMaxBatchRows) return false;
      held.insert(held.end(), rows.begin(), rows.end());
      times.resize(held.size(), time);
      return true;
    });
    std::vector<FoundMatch> found;
    if (!held.empty()) {
      Batch batch;
      batch.num_rows = static_cast<int64_t>(held.size());
      TRY_ASSIGN(batch.columns, rows_.GatherAll(held));
      while (!waiting_.empty() && waiting_.next() <= times.back()) waiting_.Drop(waiting_.next());
      PutInOrder(times, &batch);
      TRY(partitions().Process(batch, times, &found));
    }
    const bool more_waits = !held.empty() && waiting_.next() <= watermark;
    TRY(partitions().Expire(more_waits ? times.back() : watermark, &found));
    return MakeReady(found);
  }

  Status MakeReady(const std::vector<FoundMatch>& found) {
    return MatchOperator::MakeReady(found, [this](EventTime time) {
      while (step_ + 1 < steps_.size() && steps_[step_ + 1] < time) ++step_;
      return steps_[step_];
    });
  }

  /// All that the watermark has passed is out.
  void Forward(Output* output) {
    const EventTime watermark = cells_.get(watermark_);
    steps_.assign(1, watermark);
    step_ = 0;
    if (watermark > forwarded_ || idle_) output->Push(Watermark{watermark, idle_});
    forwarded_ = watermark;
    idle_ = false;
  }

  size_t time_column_;
  KeyCodec codec_;
  EncodedKeys encoded_;  // of the batch at hand, when deltas are wanted
  RowStore rows_;
  CellTable cells_;
  TimeTable waiting_;
  size_t watermark_;
  std::vector<EventTime> steps_;  // watermarks since the last one that was forwarded, ascending
  size_t step_ = 0;
  EventTime forwarded_ = kMinWatermark;
  bool idle_ = false;
  bool more_ = false;
};

}  // namespace

void RegisterMatch(OperatorRegistry* registry) {
  registry->Register(MatchNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       if (As<MatchNode>(node)->fields().proctime) {
                         return std::make_unique<MatchOnArrival>(node, context);
                       }
                       return std::make_unique<MatchWaiting>(node, context);
                     });
}

}  // namespace millrace
