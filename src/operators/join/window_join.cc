// SPDX-License-Identifier: Apache-2.0
// WindowJoin: rows of both sides are held per window; when the watermark closes the window its rows
// meet. A row whose window has closed is late. Pairs are made 8192 at a time from the held rows, so
// a join with many matches per row never holds more output than that.
//
// Rows lie on the disk until their window closes. If some of it do then, one key group after the
// other is read and joined.
#include <arrow/api.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "data/event_time.h"
#include "data/key_codec.h"
#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/deadline_operator.h"
#include "operators/join/key_matches.h"
#include "operators/late_rows.h"
#include "operators/row_failures.h"
#include "operators/window/window_times.h"
#include "operators/window/window_zone.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/join_nodes.h"
#include "state/time_table.h"

namespace millrace {
namespace {

std::vector<DataType> ColumnTypes(const Schema& schema) {
  std::vector<DataType> types;
  for (const Column& column : schema) types.push_back(column.type);
  return types;
}

std::vector<DataType> KeyTypes(const Schema& schema, const std::vector<int>& keys) {
  std::vector<DataType> types;
  for (int key : keys) types.push_back(schema[static_cast<size_t>(key)].type);
  return types;
}

class WindowJoin final : public DeadlineOperator {
 public:
  WindowJoin(PlanNodePtr node, WindowTimes times, const OperatorContext& operator_context)
      : DeadlineOperator(2, operator_context),
        node_(std::move(node)),
        fields_(As<WindowJoinNode>(node_)->fields()),
        times_(times),
        pair_schema_(PairSchema()),
        tracked_(operator_context.state->track()),
        matches_(KeyTypes(node_->children()[1]->schema(), fields_.right_keys)),
        left_("left", operator_context, &cells(), *node_->children()[0], fields_.left_keys,
              fields_.left_window),
        right_("right", operator_context, &cells(), *node_->children()[1], fields_.right_keys,
               fields_.right_window) {
    if (fields_.condition != nullptr) {
      condition_.emplace(std::vector<ExpressionPtr>{fields_.condition}, operator_context.session);
    }
  }

  std::string Waiting() const override {
    const int64_t end = NextWindow();
    if (end == kMaxWatermark) return {};
    return "the window that ends at " + FormatEventTime(end) +
           " joins when the watermark passes it; " + "left is " +
           FormatEventTime(inputs().input(0)) + ", right is " + FormatEventTime(inputs().input(1));
  }

 protected:
  EventTime NextDeadline() const override {
    const int64_t end = NextWindow();
    return end == kMaxWatermark ? kMaxWatermark : times_.ClosingTime(end);
  }

  Status BeginBatch(int input, const Batch& batch) override {
    if (tracked_) (input == 0 ? left_ : right_).codec.Encode(batch, &encoded_);
    return OkStatus();
  }

  Result<int64_t> ProcessRows(int input, const Batch& batch, int64_t begin, Output*) override {
    Side& side = input == 0 ? left_ : right_;
    const arrow::Array& ends = *batch.columns[static_cast<size_t>(side.window.end)];
    const EventTimeReader times(ends);
    std::vector<int32_t> kept;
    EventTime deadline = NextDeadline();
    int64_t row = begin;
    for (; row < batch.num_rows; ++row) {
      const EventTime watermark = batch.watermark_before(row);
      if (watermark >= deadline) break;
      if (ends.IsNull(row)) {
        TRY(ReportFailedRow(context(),
                            {.stage = "processing",
                             .reason = "MR0706: the window of the row is NULL",
                             .batch = &batch,
                             .schema = &node_->children()[static_cast<size_t>(input)]->schema(),
                             .row = row}));
        continue;
      }
      const EventTime closing = times_.ClosingTime(times.time(row));
      if (closing <= watermark) {
        DropLateRow(context(), batch, row);
        continue;
      }
      deadline = std::min(deadline, closing);
      kept.push_back(static_cast<int32_t>(row));
    }
    std::vector<uint32_t> held;
    side.rows.Add(batch.columns, kept, &held);
    for (size_t i = 0; i < held.size(); ++i) {
      const int group = tracked_ ? KeyGroupOf(encoded_.hashes[static_cast<size_t>(kept[i])]) : -1;
      side.table.Add(times.time(kept[i]), held[i], group);
    }
    return row;
  }

  Result<bool> Fire(Output* output) override {
    while (open_ || group_ != kNoGroup ||
           (NextWindow() != kMaxWatermark && NextDeadline() <= watermark())) {
      if (!open_) TRY(Open());
      while (MorePairs()) {
        if (output->full()) return false;
        TRY(EmitPairs(output));
      }
      while (!unmatched_.empty()) {
        if (output->full()) return false;
        TRY(EmitUnmatched(output));
      }
      Close();
    }
    return true;
  }

  Status Restored() override {
    for (Side* side : {&left_, &right_}) TRY(side->table.Fetch(kMinWatermark));
    return OkStatus();
  }

 private:
  /// One input: its held rows, by the end of their window.
  struct Side {
    Side(std::string name, const OperatorContext& context, CellTable* cells, const PlanNode& input,
         std::vector<int> keys, WindowColumns window)
        : keys(keys),
          window(window),
          codec(keys, KeyTypes(input.schema(), keys)),
          rows(ColumnTypes(input.schema())),
          table(std::move(name), context.state->track(), &rows, cells) {
      context.state->Register(&table);
    }
    /// The key columns of these rows.
    Result<std::vector<std::shared_ptr<arrow::Array>>> Keys(std::span<const uint32_t> slots) const {
      std::vector<std::shared_ptr<arrow::Array>> columns;
      for (int key : keys) {
        TRY_ASSIGN(auto column, rows.Gather(static_cast<size_t>(key), slots));
        columns.push_back(std::move(column));
      }
      return columns;
    }
    std::vector<int> keys;
    WindowColumns window;
    KeyCodec codec;
    RowStore rows;
    TimeTable table;
    std::vector<uint32_t> open;    // rows of the open window
    std::vector<uint8_t> matched;  // of those, the ones with a partner
  };

  Schema PairSchema() const {
    Schema schema = node_->children()[0]->schema();
    for (const Column& column : node_->children()[1]->schema()) schema.Append(column);
    return schema;
  }

  bool EmitsPairs() const {
    return fields_.type != JoinType::kSemi && fields_.type != JoinType::kAnti;
  }
  int64_t NextWindow() const { return std::min(left_.table.next(), right_.table.next()); }
  bool MorePairs() const { return left_at_ < left_.open.size(); }

  /// Takes the rows of the next window, or of the next key group of one that is not all in memory.
  Status Open() {
    if (group_ == kNoGroup) {
      window_end_ = NextWindow();
      if (left_.table.AnyCold(window_end_) || right_.table.AnyCold(window_end_)) group_ = 0;
    }
    for (Side* side : {&left_, &right_}) {
      if (group_ == kNoGroup) {
        const auto rows = side->table.rows_at(window_end_);
        side->open.assign(rows.begin(), rows.end());
      } else {
        TRY_ASSIGN(side->open, side->table.FetchGroup(window_end_, group_));
      }
      side->matched.assign(side->open.size(), 0);
    }
    TRY_ASSIGN(const auto right_keys, right_.Keys(right_.open));
    matches_.Build(right_keys, static_cast<int64_t>(right_.open.size()));
    TRY_ASSIGN(const auto left_keys, left_.Keys(left_.open));
    matches_.Probe(left_keys, static_cast<int64_t>(left_.open.size()), &pairs_);
    left_at_ = 0;
    right_at_ = 0;
    unmatched_.clear();
    open_ = true;
    SkipRowsWithoutMatch();
    if (!MorePairs()) FindUnmatched();
    return OkStatus();
  }

  /// All of it is out.
  void Close() {
    open_ = false;
    for (Side* side : {&left_, &right_}) {
      if (group_ == kNoGroup) {
        side->table.Drop(window_end_);
      } else {
        side->table.DropGroup(window_end_, group_);
      }
    }
    if (group_ != kNoGroup) group_ = group_ + 1 < kKeyGroups ? group_ + 1 : kNoGroup;
  }

  void SkipRowsWithoutMatch() {
    while (MorePairs() && right_at_ == pairs_[left_at_].size()) {
      ++left_at_;
      right_at_ = 0;
    }
  }

  /// Makes up to kMaxBatchRows pairs and pushes those that satisfy the condition.
  Status EmitPairs(Output* output) {
    std::vector<uint32_t> left;
    std::vector<uint32_t> right;
    while (MorePairs() && static_cast<int64_t>(left.size()) < kMaxBatchRows) {
      left.push_back(static_cast<uint32_t>(left_at_));
      right.push_back(pairs_[left_at_][right_at_++]);
      SkipRowsWithoutMatch();
    }
    TRY_ASSIGN(Batch batch, MakePairs(left, right));
    std::vector<int32_t> passed(left.size());
    std::iota(passed.begin(), passed.end(), 0);
    if (condition_.has_value()) {
      RowErrors errors;
      passed.clear();
      TRY(condition_->Select(batch, &errors, &passed));
      if (!errors.empty()) TRY(ReportRowErrors(context(), errors, batch, pair_schema_));
    }
    for (int32_t pair : passed) {
      left_.matched[left[static_cast<size_t>(pair)]] = 1;
      right_.matched[right[static_cast<size_t>(pair)]] = 1;
    }
    if (EmitsPairs()) {
      output->Push(passed.size() == left.size() ? std::move(batch) : batch.Take(passed));
    }
    if (!MorePairs()) FindUnmatched();
    return OkStatus();
  }

  /// Rows of the open window by position; kNone stands for the NULLs of an outer join.
  Result<Batch> MakePairs(std::span<const uint32_t> left, std::span<const uint32_t> right) {
    Batch batch;
    batch.num_rows = static_cast<int64_t>(left.size());
    batch.watermark = forwarded();
    std::vector<uint32_t> slots(left.size());
    for (auto [side, places] : {std::pair(&left_, left), std::pair(&right_, right)}) {
      std::transform(places.begin(), places.end(), slots.begin(), [&](uint32_t place) {
        return place == RowStore::kNone ? place : side->open[place];
      });
      TRY_ASSIGN(auto columns, side->rows.GatherAll(slots));
      batch.columns.insert(batch.columns.end(), columns.begin(), columns.end());
    }
    return batch;
  }

  /// All pairs have been tried: which rows go out alone.
  void FindUnmatched() {
    const JoinType type = fields_.type;
    const auto add = [&](const Side& side, uint8_t matched, bool is_left) {
      for (uint32_t i = 0; i < side.open.size(); ++i) {
        if (side.matched[i] != matched) continue;
        unmatched_.emplace_back(is_left ? i : RowStore::kNone, is_left ? RowStore::kNone : i);
      }
    };
    if (type == JoinType::kSemi) add(left_, 1, true);
    if (type == JoinType::kLeft || type == JoinType::kFull || type == JoinType::kAnti)
      add(left_, 0, true);
    if (type == JoinType::kRight || type == JoinType::kFull) add(right_, 0, false);
    std::reverse(unmatched_.begin(), unmatched_.end());
  }

  Status EmitUnmatched(Output* output) {
    std::vector<uint32_t> left;
    std::vector<uint32_t> right;
    while (!unmatched_.empty() && static_cast<int64_t>(left.size()) < kMaxBatchRows) {
      left.push_back(unmatched_.back().first);
      right.push_back(unmatched_.back().second);
      unmatched_.pop_back();
    }
    TRY_ASSIGN(Batch batch, MakePairs(left, right));
    if (!EmitsPairs()) batch.columns.resize(left_.rows.columns());
    output->Push(std::move(batch));
    return OkStatus();
  }

  PlanNodePtr node_;
  const WindowJoinNode::Fields& fields_;
  WindowTimes times_;
  Schema pair_schema_;
  bool tracked_;         // deltas are wanted: rows are held with the groups of their keys
  EncodedKeys encoded_;  // of the batch at hand, if tracked
  KeyMatches matches_;
  Side left_;
  Side right_;
  std::optional<Evaluator> condition_;

  // The window at hand: the next pair is (left_at_, pairs_[left_at_][right_at_]).
  static constexpr int kNoGroup = -1;
  bool open_ = false;
  int group_ = kNoGroup;  // of a window of which rows are on the disk: the one at hand
  int64_t window_end_ = 0;
  std::vector<std::span<const uint32_t>> pairs_;
  size_t left_at_ = 0;
  size_t right_at_ = 0;
  std::vector<std::pair<uint32_t, uint32_t>> unmatched_;  // in reverse
};

}  // namespace

void RegisterWindowJoin(OperatorRegistry* registry) {
  registry->Register(WindowJoinNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       WindowSpec spec{
                           .kind = WindowKind::kTumble, .size = 1, .time_zone = WindowZoneOf(node)};
                       TRY_ASSIGN(const WindowTimes times, WindowTimes::Create(spec));
                       return std::make_unique<WindowJoin>(node, times, context);
                     });
}

}  // namespace millrace
