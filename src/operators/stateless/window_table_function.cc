// SPDX-License-Identifier: Apache-2.0
// WindowTableFunction: a window TVF whose rows are used as such. Every row once per window that
// contains it, with window_start, window_end and window_time behind it. Nothing is late here. Order
// of the windows of a row is Flink's: HOP from the latest start backwards, CUMULATE from the
// shortest on.
#include <arrow/api.h>

#include <algorithm>

#include "data/event_time.h"
#include "operators/builtin.h"
#include "operators/row_failures.h"
#include "operators/window/clocked_windows.h"
#include "operators/window/session_operators.h"
#include "operators/window/timestamp_arrays.h"
#include "operators/window/window_times.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

class WindowTableFunction final : public Operator {
 public:
  WindowTableFunction(PlanNodePtr node, WindowTimes times, const OperatorContext& context)
      : node_(std::move(node)),
        window_(*As<WindowTvfNode>(node_)),
        times_(times),
        context_(context) {}

  Status OnBatch(int, Batch batch, Output* output) override {
    batch_ = std::move(batch);
    if (window_.proctime()) {
      const auto column = static_cast<size_t>(window_.time_column());
      batch_.columns[column] =
          MakeTimestamps(node_->schema()[column].type, context_.session->now_ms, batch_.num_rows);
    }
    row_ = 0;
    window_end_.reset();
    return Continue(output);
  }

  bool more() const override { return row_ < batch_.num_rows; }

  Status Continue(Output* output) override {
    while (more() && !output->full()) TRY(Expand(output));
    if (!more()) {
      batch_ = Batch();
      row_ = 0;
    }
    return OkStatus();
  }

 private:
  /// Emits up to kMaxBatchRows rows.
  Status Expand(Output* output) {
    const arrow::Array& column = *batch_.columns[static_cast<size_t>(window_.time_column())];
    const EventTimeReader times(column);
    rows_.clear();
    starts_.clear();
    ends_.clear();
    instants_.clear();
    for (; more() && static_cast<int64_t>(rows_.size()) < kMaxBatchRows; ++row_) {
      if (column.IsNull(row_) || !WindowTimes::InRange(times.time(row_))) {
        TRY(ReportFailedRow(context_,
                            {.stage = "processing",
                             .reason = "MR0706: the time of the row is NULL or out of range",
                             .batch = &batch_,
                             .schema = &node_->children()[0]->schema(),
                             .row = row_}));
        continue;
      }
      if (!AddWindows(times_.ToLocal(times.time(row_)))) break;
    }
    Batch result = batch_.Take(rows_);
    const Schema& schema = node_->schema();
    const size_t width = result.columns.size();
    result.columns.push_back(MakeTimestamps(schema[width].type, starts_));
    result.columns.push_back(MakeTimestamps(schema[width + 1].type, ends_));
    result.columns.push_back(MakeTimestamps(schema[width + 2].type, instants_));
    output->Push(std::move(result));
    return OkStatus();
  }

  /// Adds the windows of the row at hand; false if there is no room for all of them.
  bool AddWindows(int64_t local) {
    const int64_t slice_end = times_.SliceEnd(local);
    const bool backwards = window_.spec().kind == WindowKind::kHop;
    const int64_t width = times_.slice_width();
    const int64_t last = times_.LastWindowEnd(slice_end);
    int64_t end = window_end_.value_or(backwards ? last : slice_end);
    for (; end > local && end <= last; end += backwards ? -width : width) {
      if (static_cast<int64_t>(rows_.size()) == kMaxBatchRows) {
        window_end_ = end;
        return false;
      }
      rows_.push_back(static_cast<int32_t>(row_));
      starts_.push_back(times_.WindowStart(end));
      ends_.push_back(end);
      instants_.push_back(times_.ToInstant(end - 1));
    }
    window_end_.reset();
    return true;
  }

  PlanNodePtr node_;
  const WindowTvfNode& window_;
  WindowTimes times_;
  OperatorContext context_;
  Batch batch_;
  int64_t row_ = 0;
  std::optional<int64_t> window_end_;  // of the row at hand: the window to go on with
  std::vector<int32_t> rows_;
  std::vector<int64_t> starts_;
  std::vector<int64_t> ends_;
  std::vector<int64_t> instants_;
};

}  // namespace

void RegisterWindowTableFunction(OperatorRegistry* registry) {
  registry->Register(WindowTvfNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       const WindowSpec& spec = As<WindowTvfNode>(node)->spec();
                       if (spec.kind == WindowKind::kSession) {
                         const auto* window = As<WindowTvfNode>(node);
                         if (!window->proctime()) return MakeSessionRows(node, context);
                         return MakeClockedWindows(node, window->time_column(), context,
                                                   MakeSessionRows);
                       }
                       TRY_ASSIGN(const WindowTimes times, WindowTimes::Create(spec));
                       return std::make_unique<WindowTableFunction>(node, times, context);
                     });
}

}  // namespace millrace
