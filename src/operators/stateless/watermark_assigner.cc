// SPDX-License-Identifier: Apache-2.0
// WatermarkAssigner: the watermark is the greatest value of the expression so far, exactly as in
// Flink SQL (no millisecond is subtracted). Every row carries the watermark in force before it; a
// watermark event follows each batch. It never goes back, and NULL values of the expression do not
// move it. A row whose rowtime is NULL fails. Silence beyond the idle time-out is passed on as an
// idle mark.
#include <arrow/api.h>

#include <algorithm>

#include "data/event_time.h"
#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/row_failures.h"
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
    silent_since_ms_ = kNever;
    errors_.Clear();
    TRY_ASSIGN(auto values, expression_.Evaluate(batch, &errors_));
    TRY(AddMissingTimes(batch));
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
    const int64_t timeout = watermark_node_.idle_timeout_ms();
    if (timeout == 0) return OkStatus();
    if (silent_since_ms_ == kNever) {
      silent_since_ms_ = now_ms;
      idle_ = false;
    } else if (!idle_ && now_ms - silent_since_ms_ >= timeout) {
      idle_ = true;
      output->Push(Watermark{cells_.get(watermark_), true});
    }
    return OkStatus();
  }

 private:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::min();

  Status AddMissingTimes(const Batch& batch) {
    const auto& times = batch.columns[static_cast<size_t>(watermark_node_.rowtime())];
    if (times->null_count() == 0) return OkStatus();
    std::vector<bool> known(static_cast<size_t>(batch.num_rows), false);
    for (const RowErrors::Entry& entry : errors_.entries())
      known[static_cast<size_t>(entry.row)] = true;
    const std::string& column =
        node_->schema()[static_cast<size_t>(watermark_node_.rowtime())].name;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (times->IsNull(row) && !known[static_cast<size_t>(row)]) {
        errors_.Add(row, "MR0706", "the rowtime column '" + column + "' is NULL");
      }
    }
    return OkStatus();
  }

  void AssignRows(const arrow::Array& values, Batch* batch) {
    EventTime watermark = cells_.get(watermark_);
    auto rows = std::make_shared<std::vector<EventTime>>(static_cast<size_t>(batch->num_rows));
    const EventTimeReader times(values);
    for (int64_t row = 0; row < batch->num_rows; ++row) {
      (*rows)[static_cast<size_t>(row)] = watermark;
      if (values.IsNull(row)) continue;
      // kMaxWatermark means that the input has ended.
      watermark = std::max(watermark, std::min(times.time(row), kMaxWatermark - 1));
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
  int64_t silent_since_ms_ = kNever;  // set by the first tick after a batch
  bool idle_ = false;
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
