// SPDX-License-Identifier: Apache-2.0
// EmittedWindows: GROUP BY a window that sends its result before it closes, or again for late rows
// (table.exec.emit.*). Windows are groups like others, which end when no row can come any more.
//
// A row whose trigger has no delay sends its changes at once. Else its group is held, and sends
// them by the clock, as it closes, and as it ends. Late rows of a window that nothing was known of
// as it closed are always sent at once, as in Flink. One thread.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "data/event_time.h"
#include "data/key_codec.h"
#include "operators/aggregate/folded_changes.h"
#include "operators/aggregate/group_operators.h"
#include "operators/aggregate/running_changes.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/late_rows.h"
#include "operators/window/window_times.h"
#include "plan/nodes/aggregate_nodes.h"
#include "state/encoding.h"

namespace millrace {
namespace {

/// Each row or group makes two rows at most.
constexpr int64_t kRowsAtOnce = kMaxBatchRows / 2;

class EmittedWindows final : public DeadlineOperator {
 public:
  EmittedWindows(PlanNodePtr node, WindowTimes times, const OperatorContext& operator_context)
      : DeadlineOperator(1, operator_context),
        node_(std::move(node)),
        group_(*As<GroupAggregateNode>(node_)),
        emission_(*group_.fields().emission),
        input_(node_->children()[0]->schema()),
        times_(times),
        codec_(group_.keys(), TypesOf(input_, group_.keys())),
        groups_(
            "windows", &group_.calls(), 0, operator_context.state,
            {.write = [this](uint32_t slot, std::string* out) { Write(slot, out); },
             .read = [this](uint32_t slot, std::string_view* bytes) { return Read(slot, bytes); },
             .clear = [this](uint32_t slot) { Forget(slot); }}),
        running_(&groups_, &context(), &input_, false),
        folded_(&groups_, &group_.calls(), &context(), &input_, false) {}

  std::string Waiting() const override {
    if (ends_.empty()) return {};
    const int64_t end = ends_.begin()->first;
    return "window [" + FormatEventTime(times_.WindowStart(end)) + ", " + FormatEventTime(end) +
           ") closes when the watermark passes " + FormatEventTime(times_.ClosingTime(end)) +
           "; it is " + FormatEventTime(watermark());
  }

  /// What is due by the clock goes out, a batch with each tick.
  Status OnTime(int64_t now_ms, Output* output) override {
    now_ms_ = now_ms;
    std::vector<uint32_t> slots;
    while (!timers_.empty() && timers_.begin()->first <= now_ms &&
           static_cast<int64_t>(slots.size()) < kRowsAtOnce) {
      slots.push_back(timers_.begin()->second);
      EndTimer(slots.back());
    }
    return Send(slots, output);
  }

 protected:
  EventTime NextDeadline() const override { return next_deadline_; }

  Status BeginBatch(int, const Batch& batch) override {
    codec_.Encode(batch, &keys_);
    return OkStatus();
  }

  Result<int64_t> ProcessRows(int, const Batch& batch, int64_t begin, Output* output) override {
    const auto column = [&](int index) -> const arrow::Array& {
      return *batch.columns[static_cast<size_t>(index)];
    };
    const EventTimeReader times(column(emission_.time_column));
    const EventTimeReader ends(column(KeyColumn(emission_.end_key)));
    const int64_t most = std::min(batch.num_rows, begin + kRowsAtOnce);
    int64_t row = begin;
    for (; row < most && batch.watermark_before(row) < next_deadline_; ++row) {
      const int64_t end = ends.time(row);
      if (EndingTime(end) <= batch.watermark_before(row)) {
        // Of the windows of a row the last one says whether it has come too late for all.
        const int64_t local = times_.ToLocal(times.time(row));
        if (local - times_.WindowStart(end) < emission_.window.slide) {
          DropLateRow(context(), batch, row);
        }
        continue;
      }
      AddRow(batch, row, end);
    }
    if (!folded_.empty()) TRY(folded_.Apply(batch));
    if (!running_.empty()) {
      TRY_ASSIGN(Batch changes, running_.Apply(batch, group_.keys()));
      output->Push(std::move(changes));
    }
    return row;
  }

  Result<bool> Fire(Output* output) override {
    for (;;) {
      while (sent_ < due_.size()) {
        if (output->full()) return false;
        const size_t count = std::min(due_.size() - sent_, static_cast<size_t>(kRowsAtOnce));
        TRY(Send(std::span(due_).subspan(sent_, count), output));
        sent_ += count;
      }
      for (const uint32_t slot : std::exchange(ending_, {})) {
        if (groups_.table().live(slot)) groups_.End(slot);
      }
      due_.clear();
      sent_ = 0;
      if (!FindDue()) break;
    }
    FindNextDeadline();
    return true;
  }

  Status Restored() override {
    KeyTable& table = groups_.table();
    for (uint32_t slot = 0; slot < table.slot_limit(); ++slot) {
      if (table.live(slot)) AddToEnd(slot, watermark());
    }
    FindNextDeadline();
    return OkStatus();
  }

 private:
  struct Window {
    int64_t end = 0;      // local
    int64_t due_ms = 0;   // when its changes go out by the clock; 0: they do not
    bool closed = false;  // it was there as the window closed
  };

  int KeyColumn(int key) const { return group_.keys()[static_cast<size_t>(key)]; }
  EventTime EndingTime(int64_t end) const {
    return times_.ClosingTime(end) + emission_.lateness_ms;
  }

  void AddRow(const Batch& batch, int64_t row, int64_t end) {
    const auto i = static_cast<size_t>(row);
    const bool adds = IsAddition(batch.kind(row));
    uint32_t slot = groups_.Find(keys_.key(i), keys_.hashes[i]);
    if (slot == KeyTable::kNone) {
      if (!adds) return;
      slot = groups_.FindOrInsert(keys_.key(i), keys_.hashes[i]);
      At(slot).end = end;
      AddToEnd(slot, batch.watermark_before(row));
      FindNextDeadline();
    }
    const bool closed = times_.ClosingTime(end) <= batch.watermark_before(row);
    std::optional<int64_t> delay_ms = closed ? emission_.late_delay_ms : emission_.early_delay_ms;
    if (closed && !windows_[slot].closed) delay_ms = 0;
    if (delay_ms == 0 && !folded_.holds(slot)) {
      running_.Add(static_cast<int32_t>(row), slot, adds);
      return;
    }
    if (!folded_.Add(static_cast<int32_t>(row), slot, adds)) return;
    if (delay_ms && windows_[slot].due_ms == 0) StartTimer(slot, now_ms_ + *delay_ms);
  }

  Window& At(uint32_t slot) {
    if (slot >= windows_.size()) windows_.resize(groups_.table().slot_limit());
    return windows_[slot];
  }

  void AddToEnd(uint32_t slot, EventTime watermark) {
    const int64_t end = windows_[slot].end;
    ends_[end].push_back(slot);
    if (times_.ClosingTime(end) > watermark) open_.insert(end);
    if (windows_[slot].due_ms != 0) timers_.emplace(windows_[slot].due_ms, slot);
  }

  void StartTimer(uint32_t slot, int64_t due_ms) {
    windows_[slot].due_ms = std::max<int64_t>(due_ms, 1);
    timers_.emplace(windows_[slot].due_ms, slot);
  }

  void EndTimer(uint32_t slot) { timers_.erase({std::exchange(windows_[slot].due_ms, 0), slot}); }

  void FindNextDeadline() {
    next_deadline_ = kMaxWatermark;
    if (!open_.empty()) next_deadline_ = times_.ClosingTime(*open_.begin());
    if (!ends_.empty()) {
      next_deadline_ = std::min(next_deadline_, EndingTime(ends_.begin()->first));
    }
  }

  /// The windows of one end that close, else of one that end, if that is due.
  bool FindDue() {
    const auto collect = [this](const std::vector<uint32_t>& slots) {
      for (const uint32_t slot : slots) {
        if (folded_.holds(slot)) due_.push_back(slot);
      }
    };
    if (!open_.empty() && times_.ClosingTime(*open_.begin()) <= watermark()) {
      const auto place = ends_.find(*open_.begin());
      open_.erase(open_.begin());
      if (place == ends_.end()) return true;
      for (const uint32_t slot : place->second) {
        windows_[slot].closed = true;
        groups_.table().MarkDirty(slot);
      }
      collect(place->second);
      return true;
    }
    if (ends_.empty() || EndingTime(ends_.begin()->first) > watermark()) return false;
    ending_ = std::move(ends_.begin()->second);
    ends_.erase(ends_.begin());
    collect(ending_);
    return true;
  }

  Status Send(std::span<const uint32_t> slots, Output* output) {
    if (slots.empty()) return OkStatus();
    for (const uint32_t slot : slots) {
      if (windows_[slot].due_ms != 0) EndTimer(slot);
      groups_.table().MarkDirty(slot);
    }
    TRY_ASSIGN(Batch changes, folded_.Take(slots, codec_));
    changes.watermark = watermark();
    output->Push(std::move(changes));
    return OkStatus();
  }

  void Write(uint32_t slot, std::string* out) const {
    std::string window;
    PutOrdered(windows_[slot].end, &window);
    PutOrdered(windows_[slot].due_ms, &window);
    window.push_back(windows_[slot].closed ? 1 : 0);
    folded_.Write(slot, &window);
    PutBytes(window, out);
  }

  bool Read(uint32_t slot, std::string_view* bytes) {
    std::string_view window;
    Window& known = At(slot);
    if (!GetBytes(bytes, &window) || !GetOrdered(&window, &known.end) ||
        !GetOrdered(&window, &known.due_ms) || window.empty()) {
      return false;
    }
    known.closed = window.front() != 0;
    window.remove_prefix(1);
    return folded_.Read(slot, &window) && window.empty();
  }

  /// The group ends, wherever it is known.
  void Forget(uint32_t slot) {
    folded_.Forget(slot);
    if (slot >= windows_.size()) return;
    if (windows_[slot].due_ms != 0) EndTimer(slot);
    if (const auto place = ends_.find(windows_[slot].end); place != ends_.end()) {
      std::erase(place->second, slot);
      if (place->second.empty()) ends_.erase(place);
    }
    windows_[slot] = {};
  }

  PlanNodePtr node_;
  const GroupAggregateNode& group_;
  const WindowEmission& emission_;
  const Schema& input_;
  WindowTimes times_;
  KeyCodec codec_;
  std::vector<Window> windows_;                    // by slot of a group
  std::map<int64_t, std::vector<uint32_t>> ends_;  // groups by the end of their window
  std::set<int64_t> open_;                         // ends of windows that have not closed
  std::set<std::pair<int64_t, uint32_t>> timers_;  // when groups send by the clock
  GroupStates groups_;
  RunningChanges running_;
  FoldedChanges folded_;
  int64_t now_ms_ = 0;
  EventTime next_deadline_ = kMaxWatermark;

  // What fires: groups that send, how many have, and those that end afterwards.
  std::vector<uint32_t> due_;
  size_t sent_ = 0;
  std::vector<uint32_t> ending_;
  EncodedKeys keys_;  // of the batch at hand
};

}  // namespace

Result<std::unique_ptr<Operator>> MakeEmittedWindows(const PlanNodePtr& node,
                                                     const OperatorContext& context) {
  TRY_ASSIGN(const WindowTimes times,
             WindowTimes::Create(As<GroupAggregateNode>(node)->fields().emission->window));
  return std::make_unique<EmittedWindows>(node, times, context);
}

}  // namespace millrace
