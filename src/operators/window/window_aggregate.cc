// SPDX-License-Identifier: Apache-2.0
// WindowAggregate: GROUP BY keys and a window. One +I per key and window once the watermark reaches
// the window's last millisecond, in the order of the keys' first rows, or, if some of them lie on
// the disk, group of keys by group of keys; nothing for a key whose rows were all retracted. A row
// goes to its slice; it is late when the slice and every window over it have fired.
#include <arrow/api.h>

#include <algorithm>

#include "data/event_time.h"
#include "functions/aggregate_failures.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/late_rows.h"
#include "operators/row_failures.h"
#include "operators/window/clocked_windows.h"
#include "operators/window/fired_windows.h"
#include "operators/window/session_operators.h"
#include "operators/window/timestamp_arrays.h"
#include "operators/window/window_groups.h"
#include "operators/window/window_panes.h"
#include "operators/window/window_times.h"
#include "operators/window/window_zone.h"
#include "plan/nodes/aggregate_nodes.h"

namespace millrace {
namespace {

class WindowAggregate final : public DeadlineOperator {
 public:
  WindowAggregate(PlanNodePtr node, WindowTimes times, const OperatorContext& operator_context)
      : DeadlineOperator(1, operator_context),
        node_(std::move(node)),
        fields_(As<WindowAggregateNode>(node_)->fields()),
        input_schema_(node_->children()[0]->schema()),
        times_(times),
        attached_(fields_.time_column < 0),
        codec_(fields_.keys, TypesOf(input_schema_, fields_.keys)),
        panes_("windows", operator_context.state->track(), &fields_.calls),
        groups_(&panes_, &fields_.calls),
        ordered_(AggregateStates::OrderSensitive(fields_.calls)),
        shares_(!attached_ && times_.shared()),
        fired_(operator_context.state->track(), operator_context.shard, operator_context.shards),
        fired_until_(cells().Add("fired until", kMinWatermark, CellTable::Rule::kGreatest)),
        sequence_(cells().Add("sequence", 0, CellTable::Rule::kGreatest)) {
    operator_context.state->Register(&panes_);
    if (shares_) operator_context.state->Register(&fired_);
  }

  std::string Waiting() const override {
    if (!next_window_.has_value()) return {};
    const int64_t start =
        attached_ ? panes_.panes().begin()->second->start : times_.WindowStart(*next_window_);
    return "window [" + FormatEventTime(start) + ", " + FormatEventTime(*next_window_) +
           ") closes when the watermark passes " + FormatEventTime(next_deadline_) + "; it is " +
           FormatEventTime(watermark());
  }

 protected:
  EventTime NextDeadline() const override { return next_deadline_; }

  Status BeginBatch(int, const Batch& batch) override {
    codec_.Encode(batch, &keys_);
    panes_.FindKeys(keys_, &slots_);
    if (shares_) fired_.See(keys_);
    return OkStatus();
  }

  Result<int64_t> ProcessRows(int, const Batch& batch, int64_t begin, Output*) override {
    const int column = attached_ ? fields_.end_column : fields_.time_column;
    const arrow::Array& array = *batch.columns[static_cast<size_t>(column)];
    const EventTimeReader times(array);
    const bool may_be_null = array.null_count() != 0;
    WindowPane* pane = nullptr;
    int64_t pane_begin = 0;  // the local times, or window ends, that go to the pane
    int64_t pane_end = 0;
    int64_t sequence = cells().get(sequence_);
    int64_t row = begin;
    for (; row < batch.num_rows; ++row) {
      const EventTime watermark = batch.watermark_before(row);
      if (watermark >= next_deadline_) break;
      if (may_be_null && array.IsNull(row)) {
        TRY(Fail(batch, row, "MR0706: the time of the row is NULL"));
        continue;
      }
      const EventTime time = times.time(row);
      if (!WindowTimes::InRange(time)) [[unlikely]] {
        TRY(Fail(batch, row, "MR0706: the time of the row is out of range"));
        continue;
      }
      const int64_t local = attached_ ? time : times_.ToLocal(time);
      if (pane == nullptr || local < pane_begin || local >= pane_end) [[unlikely]] {
        pane = PaneOf(batch, row, local, watermark);
        if (pane == nullptr) {
          DropLateRow(context(), batch, row);
          continue;
        }
        pane_begin = attached_ ? local : pane->end - times_.slice_width();
        pane_end = attached_ ? local + 1 : pane->end;
      }
      if (pane->rows.empty()) active_.push_back(pane);
      pane->rows.push_back(static_cast<int32_t>(row));
      pane->slots.push_back(slots_[static_cast<size_t>(row)]);
      if (batch.kinds != nullptr) pane->signs.push_back(IsAddition(batch.kind(row)) ? 1 : -1);
      if (ordered_) pane->sequence.push_back(sequence++);
    }
    cells().Set(sequence_, sequence);
    for (WindowPane* active : active_) {
      TRY(panes_.Flush(active, batch.columns));
      const RowErrors errors = TakeAggregateFailures();
      if (!errors.empty()) TRY(ReportRowErrors(context(), errors, batch, input_schema_));
    }
    active_.clear();
    return row;
  }

  void EndBatch() override { panes_.ReleaseKeys(); }

  Result<bool> Fire(Output* output) override {
    while (next_window_.has_value() && next_deadline_ <= watermark()) {
      if (firing_ == nullptr) TRY(BeginWindow());
      for (bool more = true; more;) {
        while (emitted_ < due_.size()) {
          if (output->full()) return false;
          TRY(EmitSome(output));
        }
        TRY_ASSIGN(more, NextGroup());
      }
      TRY(EndWindow());
    }
    return true;
  }

  Status Restored() override {
    TRY(panes_.FindPanes());
    fired_.Raise(cells().get(fired_until_));
    cells().Set(fired_until_, kMinWatermark);
    RaiseToWatermark();
    FindNextWindow();
    return OkStatus();
  }

 private:
  Status Fail(const Batch& batch, int64_t row, std::string reason) {
    return ReportFailedRow(context(), {.stage = "processing",
                                       .reason = std::move(reason),
                                       .batch = &batch,
                                       .schema = &input_schema_,
                                       .row = row});
  }

  /// The pane of a row, made if need be; null if the row is late.
  WindowPane* PaneOf(const Batch& batch, int64_t row, int64_t local, EventTime watermark) {
    const int64_t end = attached_ ? local : times_.SliceEnd(local);
    if (WindowPane* pane = panes_.Find(end); pane != nullptr) return pane;
    const int64_t last = attached_ ? end : times_.LastWindowEnd(end);
    if (times_.ClosingTime(last) <= watermark) return nullptr;
    // Windows over this slice that have fired do not fire again.
    int64_t unfired = end;
    while (times_.ClosingTime(unfired) <= watermark) unfired += times_.slice_width();
    if (unfired > end) fired_.Raise(unfired - times_.slice_width());
    int64_t start = end - times_.slice_width();
    if (attached_) {
      const auto& starts = *batch.columns[static_cast<size_t>(fields_.start_column)];
      start = EventTimeReader(starts).time(row);
    }
    WindowPane* pane = panes_.Create(start, end);
    FindNextWindow();
    return pane;
  }

  /// What has closed has fired on every shard, also for groups that had nothing to fire.
  void RaiseToWatermark() {
    if (!shares_ || panes_.panes().empty()) return;
    const int64_t last = times_.LastWindowEnd(panes_.panes().rbegin()->first);
    int64_t end = panes_.panes().begin()->first;
    while (end <= last && times_.ClosingTime(end) <= watermark()) end += times_.slice_width();
    if (end > panes_.panes().begin()->first) fired_.Raise(end - times_.slice_width());
  }

  /// The first window over any pane that has not fired for all keys. Without shared slices a pane
  /// goes with its window.
  void FindNextWindow() {
    next_window_.reset();
    next_deadline_ = kMaxWatermark;
    if (panes_.panes().empty()) return;
    int64_t window = panes_.panes().begin()->first;
    const int64_t fired = fired_.least();
    if (shares_ && fired >= window) {
      window += ((fired - window) / times_.slice_width() + 1) * times_.slice_width();
    }
    next_window_ = window;
    next_deadline_ = times_.ClosingTime(window);
  }

  Status BeginWindow() {
    const int64_t end = *next_window_;
    const int64_t begin = shares_ ? times_.WindowStart(end) : end - 1;
    due_.clear();
    emitted_ = 0;
    by_group_ = panes_.AnyCold(begin, end);
    if (by_group_) {
      groups_.Begin({.begin = begin,
                     .end = end,
                     .newest_first = times_.merges_newest_first(),
                     .goes = [this, end](int64_t slice) { return GoesWith(slice, end); }});
      firing_ = &groups_.merged();
      firing_->start = shares_ ? begin : panes_.Find(end)->start;
      return OkStatus();
    }
    if (!shares_) {
      firing_ = panes_.Find(end);
    } else {
      TRY_ASSIGN(firing_, panes_.Merge(times_.WindowStart(end), end, times_.merges_newest_first()));
      firing_->start = times_.WindowStart(end);
    }
    for (uint32_t slot : firing_->touched) {
      if (firing_->counts[slot] == 0) continue;
      if (!fired_.alike() && fired_.of(panes_.keys().key_group(slot)) >= end) continue;
      due_.push_back(slot);
    }
    return OkStatus();
  }

  /// Of a window that fires group by group: makes the keys of the next one due.
  Result<bool> NextGroup() {
    if (!by_group_) return false;
    TRY_ASSIGN(const bool more, groups_.Next());
    due_.clear();
    emitted_ = 0;
    if (!more || fired_.of(groups_.group()) >= *next_window_) return more;
    for (uint32_t slot : firing_->touched) {
      if (firing_->counts[slot] != 0) due_.push_back(slot);
    }
    return true;
  }

  /// The slice is of no window behind this one.
  bool GoesWith(int64_t slice, int64_t window) const {
    return (attached_ ? slice : times_.LastWindowEnd(slice)) <= window;
  }

  Status EmitSome(Output* output) {
    const size_t count = std::min(due_.size() - emitted_, static_cast<size_t>(kMaxBatchRows));
    const auto slots = std::span(due_).subspan(emitted_, count);
    emitted_ += count;
    std::vector<std::string_view> keys;
    keys.reserve(count);
    for (uint32_t slot : slots) {
      keys.push_back(by_group_ ? groups_.key(slot) : panes_.keys().key(slot));
    }
    Batch batch;
    batch.num_rows = static_cast<int64_t>(count);
    batch.watermark = forwarded();
    TRY_ASSIGN(batch.columns, codec_.Decode(keys));
    TRY_ASSIGN(auto results, firing_->states.Finish(slots));
    batch.columns.insert(batch.columns.end(), results.begin(), results.end());
    AddWindowColumns(&batch);
    output->Push(std::move(batch));
    return OkStatus();
  }

  void AddWindowColumns(Batch* batch) {
    const DataType bound = DataType::Timestamp(3);
    const int64_t end = *next_window_;
    if (fields_.emit_start) {
      batch->columns.push_back(MakeTimestamps(bound, firing_->start, batch->num_rows));
    }
    if (fields_.emit_end) batch->columns.push_back(MakeTimestamps(bound, end, batch->num_rows));
    if (fields_.emit_time) {
      batch->columns.push_back(
          MakeTimestamps(fields_.time_type, times_.ToInstant(end - 1), batch->num_rows));
    }
  }

  Status EndWindow() {
    const int64_t end = *next_window_;
    firing_ = nullptr;
    if (shares_) fired_.Raise(end);
    while (!panes_.panes().empty()) {
      const int64_t slice = panes_.panes().begin()->first;
      if (!GoesWith(slice, end)) break;
      TRY(panes_.Drop(slice));
    }
    FindNextWindow();
    return OkStatus();
  }

  PlanNodePtr node_;
  const WindowAggregateNode::Fields& fields_;
  Schema input_schema_;
  WindowTimes times_;
  bool attached_;
  KeyCodec codec_;
  WindowPanes panes_;
  WindowGroups groups_;
  bool ordered_;
  bool shares_;         // a slice stays when a window over it has fired
  FiredWindows fired_;  // where it does
  size_t fired_until_;  // cell: what data directories of before have in place of it
  size_t sequence_;     // cell: rows so far, when the order of rows matters

  std::optional<int64_t> next_window_;
  EventTime next_deadline_ = kMaxWatermark;
  // The window that is being emitted, its keys, and how many of them are out.
  WindowPane* firing_ = nullptr;
  bool by_group_ = false;  // it fires one key group after the other
  std::vector<uint32_t> due_;
  size_t emitted_ = 0;
  // Of the batch at hand.
  EncodedKeys keys_;
  std::vector<uint32_t> slots_;
  std::vector<WindowPane*> active_;
};

Result<std::unique_ptr<Operator>> MakeWindowAggregate(const PlanNodePtr& node,
                                                      const OperatorContext& context) {
  const auto& fields = As<WindowAggregateNode>(node)->fields();
  WindowSpec spec = fields.window;
  if (fields.time_column < 0) {
    spec = {.kind = WindowKind::kTumble, .size = 1, .time_zone = WindowZoneOf(node->children()[0])};
  } else if (spec.kind == WindowKind::kSession) {
    return MakeSessionAggregate(node, context);
  }
  TRY_ASSIGN(const WindowTimes times, WindowTimes::Create(spec));
  return std::make_unique<WindowAggregate>(node, times, context);
}

}  // namespace

void RegisterWindowAggregate(OperatorRegistry* registry) {
  registry->Register(WindowAggregateNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       const auto& fields = As<WindowAggregateNode>(node)->fields();
                       if (!fields.proctime()) return MakeWindowAggregate(node, context);
                       return MakeClockedWindows(node, fields.time_column, context,
                                                 MakeWindowAggregate);
                     });
}

}  // namespace millrace
