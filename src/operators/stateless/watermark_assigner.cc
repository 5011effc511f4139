// SPDX-License-Identifier: Apache-2.0
// WatermarkAssigner: the watermark of a split is the greatest value of the expression so far,
// exactly as in Flink SQL (no millisecond is subtracted); that of the shard is the least of its
// splits. Every row carries the watermark in force before it; a watermark event follows each batch.
// It never goes back, and NULL values of the expression do not move it. A row whose rowtime is NULL
// fails, and so does one that is too far ahead of the wall clock and of all rows before it: with it
// as the watermark all others would be late. (Ahead of both, so that neither a wrong clock nor rows
// that run ahead of it on purpose make rows fail.) A split that is silent beyond the idle time-out
// is left out; if all are, an idle mark is passed on.
#include <arrow/api.h>

#include <algorithm>

#include "data/event_time.h"
#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/row_failures.h"
#include "operators/stateless/split_clocks.h"
#include "plan/nodes/node_text.h"
#include "plan/nodes/source_nodes.h"
#include "state/cell_table.h"

namespace millrace {
namespace {

class WatermarkAssigner final : public Operator {
 public:
  WatermarkAssigner(PlanNodePtr node, const OperatorContext& context)
      : node_(std::move(node)),
        watermark_node_(*As<WatermarkNode>(node_)),
        context_(context),
        expression_({watermark_node_.watermark()}, context.session),
        cells_("watermark", context.state->track()),
        watermark_(cells_.Add("watermark", kMinWatermark)) {
    context.state->Register(&cells_);
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    if (batch.num_rows == 0) return OkStatus();
    errors_.Clear();
    TRY_ASSIGN(auto values, expression_.Evaluate(batch, &errors_));
    TRY(AddMissingTimes(batch));
    AddFarTimes(batch, *values[0]);
    if (!errors_.empty()) {
      TRY(ReportRowErrors(context_, errors_, batch, node_->schema()));
      const std::vector<int32_t> rows = RowsWithoutError(errors_, batch.num_rows);
      values = batch.WithColumns(std::move(values)).Take(rows).columns;
      batch = batch.Take(rows);
    }
    const EventTime before = cells_.get(watermark_);
    AssignRows(*values[0], &batch);
    output->Push(std::move(batch));
    const EventTime after = cells_.get(watermark_);
    if (after > before) output->Push(Watermark{after});
    return OkStatus();
  }

  /// A watermark from before the assigner is replaced, but for the end of the input.
  Status OnWatermark(int, Watermark watermark, Output* output) override {
    if (watermark.time == kMaxWatermark) {
      cells_.Set(watermark_, kMaxWatermark);
      output->Push(watermark);
    } else if (watermark.idle) {
      output->Push(Watermark{cells_.get(watermark_), true});
    }
    return OkStatus();
  }

  Status OnTime(int64_t now_ms, Output* output) override {
    const int64_t timeout = watermark_node_.limits().idle_timeout_ms;
    if (timeout == 0 || !clocks_.Tick(now_ms, timeout)) return OkStatus();
    if (clocks_.all_idle()) {
      output->Push(Watermark{cells_.get(watermark_), true});
    } else if (const EventTime least = clocks_.Least(); least > cells_.get(watermark_)) {
      cells_.Set(watermark_, least);
      output->Push(Watermark{least});
    }
    return OkStatus();
  }

 private:
  Status AddMissingTimes(const Batch& batch) {
    const auto& times = batch.columns[static_cast<size_t>(watermark_node_.rowtime())];
    if (times->null_count() == 0) return OkStatus();
    std::vector<bool> known(static_cast<size_t>(batch.num_rows), false);
    for (const RowErrors::Entry& entry : errors_.entries())
      known[static_cast<size_t>(entry.row)] = true;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      // A delete by key has no other columns.
      const bool is_delete = batch.kind(row) == ChangeKind::kDelete;
      if (times->IsNull(row) && !is_delete && !known[static_cast<size_t>(row)]) {
        errors_.Add(row, "MR0706", "the rowtime column '" + column_name() + "' is NULL");
      }
    }
    return OkStatus();
  }

  const std::string& column_name() const {
    return node_->schema()[static_cast<size_t>(watermark_node_.rowtime())].name;
  }

  void AddFarTimes(const Batch& batch, const arrow::Array& watermarks) {
    const WatermarkNode::Limits& limits = watermark_node_.limits();
    const int64_t limit = limits.future_ms;
    if (limit == 0 || !(context_.unbounded || limits.future_if_bounded)) return;
    const auto& column = *batch.columns[static_cast<size_t>(watermark_node_.rowtime())];
    const EventTimeReader times(column);
    const EventTimeReader bounds(watermarks);
    newest_ = std::max(newest_, cells_.get(watermark_));
    const EventTime now = context_.session->now_ms;
    const bool failed = !errors_.empty();
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const EventTime time =
          std::max(times[row].value_or(kMinWatermark), bounds[row].value_or(kMinWatermark));
      const EventTime others = std::max(now, newest_);
      if (time <= others || time - limit <= others) {
        newest_ = std::max(newest_, time);
        continue;
      }
      errors_.Add(row, "MR0708",
                  "the time in '" + column_name() + "' is more than " + DurationText(limit) +
                      " ahead of the clock and of all rows before it");
    }
    if (failed) errors_.SortByRow();
  }

  void AssignRows(const arrow::Array& values, Batch* batch) {
    EventTime watermark = cells_.get(watermark_);
    const size_t clock = clocks_.Select(*batch);
    const EventTime others = clocks_.LeastBut(clock);
    auto rows = std::make_shared<std::vector<EventTime>>(static_cast<size_t>(batch->num_rows));
    const EventTimeReader times(values);
    for (int64_t row = 0; row < batch->num_rows; ++row) {
      (*rows)[static_cast<size_t>(row)] = watermark;
      if (values.IsNull(row)) continue;
      // kMaxWatermark means that the input has ended.
      clocks_.Raise(clock, std::min(times.time(row), kMaxWatermark - 1));
      watermark = std::max(watermark, std::min(clocks_.time(clock), others));
    }
    batch->watermark = rows->empty() ? watermark : rows->front();
    const bool moves = !rows->empty() && rows->back() != rows->front();
    batch->watermarks = moves ? std::move(rows) : nullptr;
    cells_.Set(watermark_, watermark);
  }

  PlanNodePtr node_;
  const WatermarkNode& watermark_node_;
  OperatorContext context_;
  Evaluator expression_;
  CellTable cells_;
  size_t watermark_;
  RowErrors errors_;
  SplitClocks clocks_;
  EventTime newest_ = kMinWatermark;  // of all rows so far, or the watermark after a start
};

}  // namespace

void RegisterWatermarkAssigner(OperatorRegistry* registry) {
  registry->Register(WatermarkNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<WatermarkAssigner>(node, context);
                     });
}

}  // namespace millrace
