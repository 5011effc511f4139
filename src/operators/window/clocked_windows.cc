// SPDX-License-Identifier: Apache-2.0
#include "operators/window/clocked_windows.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "operators/window/timestamp_arrays.h"
#include "state/cell_table.h"

namespace millrace {
namespace {

/// Gives rows the outer watermark, and swallows that of the clock.
class OuterWatermark final : public Output {
 public:
  OuterWatermark(Output* output, EventTime watermark) : output_(output), watermark_(watermark) {}

  void Push(Batch batch) override {
    batch.watermark = watermark_;
    batch.watermarks = nullptr;
    output_->Push(std::move(batch));
  }
  void Push(Watermark) override {}
  bool full() const override { return output_->full(); }

 private:
  Output* output_;
  EventTime watermark_;
};

class ClockedWindows final : public Operator {
 public:
  ClockedWindows(const Schema& input, int time_column, const OperatorContext& context,
                 std::unique_ptr<Operator> inside)
      : time_column_(static_cast<size_t>(time_column)),
        time_type_(input[time_column_].type),
        session_(*context.session),
        inside_(std::move(inside)),
        cells_("clock", context.state->track()),
        now_(cells_.Add("now", kMinWatermark, CellTable::Rule::kGreatest)) {
    context.state->Register(&cells_);
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    if (batch.num_rows == 0) return OkStatus();
    outer_ = std::max(outer_, batch.watermark_before(batch.num_rows - 1));
    SetClock(session_.now_ms);
    batch.columns[time_column_] = MakeTimestamps(time_type_, now(), batch.num_rows);
    batch.watermarks = nullptr;
    batch.watermark = now() - 1;
    batch_ = std::move(batch);
    return Continue(output);
  }

  Status OnWatermark(int, Watermark watermark, Output* output) override {
    outer_ = std::max(outer_, watermark.time);
    output->Push(watermark);
    return OkStatus();
  }

  Status OnTime(int64_t now_ms, Output* output) override {
    SetClock(now_ms);
    return Continue(output);
  }

  bool more() const override { return tick_ || batch_.has_value() || inside_->more(); }

  Status Continue(Output* output) override {
    OuterWatermark wrapped(output, outer_);
    while (more() && !output->full()) {
      if (inside_->more()) {
        TRY(inside_->Continue(&wrapped));
      } else if (std::exchange(tick_, false)) {
        TRY(inside_->OnWatermark(0, Watermark{now() - 1}, &wrapped));
      } else {
        Batch batch = *std::exchange(batch_, std::nullopt);
        TRY(inside_->OnBatch(0, std::move(batch), &wrapped));
      }
    }
    return OkStatus();
  }

  Status OnRestore() override { return inside_->OnRestore(); }

 private:
  int64_t now() const { return cells_.get(now_); }
  void SetClock(int64_t now_ms) {
    if (now_ms <= now()) return;
    cells_.Set(now_, now_ms);
    tick_ = true;
  }

  size_t time_column_;
  DataType time_type_;
  const SessionContext& session_;
  std::unique_ptr<Operator> inside_;
  CellTable cells_;
  size_t now_;
  EventTime outer_ = kMinWatermark;
  bool tick_ = false;  // the clock moved on
  std::optional<Batch> batch_;
};

}  // namespace

Result<std::unique_ptr<Operator>> MakeClockedWindows(const PlanNodePtr& node, int time_column,
                                                     const OperatorContext& context,
                                                     const OperatorFactory& make) {
  TRY_ASSIGN(auto inside, make(node, context));
  return std::make_unique<ClockedWindows>(node->children()[0]->schema(), time_column, context,
                                          std::move(inside));
}

}  // namespace millrace
