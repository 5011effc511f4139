// SPDX-License-Identifier: Apache-2.0
// SnapshotJoin: left rows wait until the right side is loaded; from then on each meets at once what
// the right side has when it comes, and nothing of it is kept. Loaded is the right side when its
// watermark has come to a time, when it has been silent for a while, or when it has ended; once
// loaded it stays so, over restarts, too.
//
// While it loads, no watermark goes downstream: the rows that wait are not late when they go out.
// They stand in the order in which they came and may lie on the disk meanwhile. Pairs are made 8192
// at a time, and the place among the partners of a row is remembered; rows go out in the order of
// the left side, those without a partner in their place.
#include <arrow/api.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "data/event_time.h"
#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/gathered_output.h"
#include "operators/join/join_side.h"
#include "operators/row_failures.h"
#include "plan/nodes/temporal_join_node.h"
#include "state/time_table.h"

namespace millrace {
namespace {

class SnapshotJoin final : public Operator {
 public:
  SnapshotJoin(const PlanNodePtr& node, const OperatorContext& context)
      : node_(node),
        join_(*As<SnapshotJoinNode>(node_)),
        context_(context),
        left_codec_(join_.fields().left_keys, TypesOf(side(0), join_.fields().left_keys)),
        right_codec_(join_.fields().right_keys, TypesOf(side(1), join_.fields().right_keys)),
        left_rows_(TypesOf(side(0))),
        cells_("cells", context.state->track()),
        waiting_("waiting", context.state->track(), &left_rows_, &cells_),
        came_(cells_.Add("came", 0, CellTable::Rule::kGreatest)),
        left_time_(cells_.Add("left watermark", kMinWatermark)),
        right_time_(cells_.Add("right watermark", kMinWatermark)),
        loaded_(cells_.Add("loaded", 0)),
        sequence_(cells_.Add("sequence", 0, CellTable::Rule::kGreatest)),
        right_(join_.sides(), 1, context, OptionsOfRight()) {
    context.state->Register(&waiting_);
    context.state->Register(&cells_);
    const ExpressionPtr& condition = join_.fields().condition;
    if (condition != nullptr) {
      condition_.emplace(std::vector<ExpressionPtr>{condition}, context.session);
    }
  }

  Status OnBatch(int input, Batch batch, Output* output) override {
    if (batch.num_rows == 0) return OkStatus();
    if (input == 1) return TakeRight(batch);
    if (loaded()) {
      TRY(Begin(std::move(batch)));
      return Continue(output);
    }
    left_codec_.Encode(batch, &keys_);
    std::vector<int32_t> rows(static_cast<size_t>(batch.num_rows));
    std::iota(rows.begin(), rows.end(), 0);
    std::vector<uint32_t> slots;
    left_rows_.Add(batch.columns, rows, &slots);
    const int64_t came = cells_.get(came_);
    for (size_t i = 0; i < slots.size(); ++i) {
      waiting_.Add(came / kMaxBatchRows, slots[i], KeyGroupOf(keys_.hashes[i]));
    }
    cells_.Set(came_, came + batch.num_rows);
    return OkStatus();
  }

  Status OnWatermark(int input, Watermark watermark, Output* output) override {
    if (!loads_until_) {
      loads_until_ = join_.fields().loaded_at_ms.value_or(context_.session->now_ms);
    }
    const size_t cell = input == 0 ? left_time_ : right_time_;
    if (watermark.time > cells_.get(cell)) cells_.Set(cell, watermark.time);
    if (input == 0) {
      idle_ = watermark.idle;
    } else if (cells_.get(right_time_) >= *loads_until_) {
      SetLoaded();
    }
    forwards_ = loaded();
    return Continue(output);
  }

  Status OnTime(int64_t now_ms, Output* output) override {
    right_.Expire(now_ms);
    if (loaded() || join_.fields().idle_ms == 0) return OkStatus();
    if (right_came_ || silent_since_ms_ == 0) silent_since_ms_ = now_ms;
    right_came_ = false;
    if (now_ms - silent_since_ms_ < join_.fields().idle_ms) return OkStatus();
    SetLoaded();
    forwards_ = true;
    return Continue(output);
  }

  bool more() const override {
    return batch_.num_rows > 0 || (loaded() && !waiting_.empty()) || forwards_;
  }

  Status Continue(Output* output) override {
    GatheredOutput gathered(output);
    Status status;
    while (status && more() && !gathered.full()) status = Advance(&gathered);
    gathered.Flush();
    return status;
  }

  Status OnRestore() override {
    forwards_ = loaded();
    TRY(waiting_.Fetch(kMinWatermark));
    return right_.Restored();
  }

  std::string Waiting() const override {
    if (loaded()) return {};
    return "rows (" + std::to_string(waiting_.entries()) +
           ") wait until the right side is loaded: when its watermark, " +
           FormatEventTime(cells_.get(right_time_)) + ", has come to " +
           (loads_until_ ? FormatEventTime(*loads_until_) : "the start of the run");
  }

 private:
  const Schema& side(size_t index) const { return node_->children()[index]->schema(); }
  bool loaded() const { return cells_.get(loaded_) != 0; }
  void SetLoaded() { cells_.Set(loaded_, 1); }

  JoinSide::Options OptionsOfRight() {
    const bool one = join_.sides().input(1).shape == JoinInputShape::kJoinKeyContainsUniqueKey;
    return {.name = one ? "right row" : "right",
            .counts = false,
            .cells = &cells_,
            .sequence = sequence_};
  }

  static std::vector<bool> RowsWithNullKeys(const Batch& batch, const std::vector<int>& keys) {
    std::vector<bool> found(static_cast<size_t>(batch.num_rows), false);
    for (const int key : keys) {
      const arrow::Array& column = *batch.columns[static_cast<size_t>(key)];
      for (int64_t row = 0; column.null_count() != 0 && row < batch.num_rows; ++row) {
        if (column.IsNull(row)) found[static_cast<size_t>(row)] = true;
      }
    }
    return found;
  }

  Status TakeRight(const Batch& batch) {
    right_came_ = true;
    right_codec_.Encode(batch, &keys_);
    const std::vector<bool> passes = RowsWithNullKeys(batch, join_.fields().right_keys);
    TRY(right_.BeginBatch(batch, keys_, passes));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const auto i = static_cast<size_t>(row);
      if (passes[i]) continue;
      if (IsAddition(batch.kind(row))) {
        right_.Insert(i, 0, KeyGroupOf(keys_.hashes[i]));
      } else {
        right_.Remove(i, KeyGroupOf(keys_.hashes[i]));
      }
    }
    right_.EndBatch();
    return OkStatus();
  }

  Status Advance(Output* output) {
    if (batch_.num_rows > 0) return Step(output);
    if (!waiting_.empty() && loaded()) return Release();
    forwards_ = false;
    output->Push(Watermark{cells_.get(left_time_), idle_});
    return OkStatus();
  }

  /// The next of the rows that have waited.
  Status Release() {
    TRY(waiting_.Fetch(kMaxWatermark));
    const EventTime block = waiting_.next();
    const std::span<const uint32_t> all = waiting_.rows_at(block);
    const auto part =
        all.subspan(released_, std::min<size_t>(kMaxBatchRows, all.size() - released_));
    Batch batch;
    batch.num_rows = static_cast<int64_t>(part.size());
    TRY_ASSIGN(batch.columns, left_rows_.GatherAll(part));
    released_ += part.size();
    if (released_ == all.size()) {
      waiting_.Drop(block);
      released_ = 0;
    }
    return Begin(std::move(batch));
  }

  Status Begin(Batch batch) {
    left_codec_.Encode(batch, &keys_);
    passes_ = RowsWithNullKeys(batch, join_.fields().left_keys);
    TRY(right_.Find(keys_, &places_));
    matched_.assign(static_cast<size_t>(batch.num_rows), false);
    batch_ = std::move(batch);
    row_ = 0;
    entry_ = 0;
    return OkStatus();
  }

  /// Left rows, each with a row of the right side, or RowStore::kNone.
  struct Pairs {
    std::vector<int32_t> rows;
    std::vector<uint32_t> partners;

    size_t size() const { return rows.size(); }
    void Add(int64_t row, uint32_t partner) {
      rows.push_back(static_cast<int32_t>(row));
      partners.push_back(partner);
    }
  };

  Status Step(Output* output) {
    const int64_t first = row_;
    Pairs pairs = NextPairs();
    if (condition_.has_value()) TRY(Select(&pairs));
    for (const int32_t row : pairs.rows) matched_[static_cast<size_t>(row)] = true;
    if (join_.fields().type == JoinType::kLeft) pairs = WithAlone(pairs, first);
    if (pairs.size() > 0) {
      TRY_ASSIGN(Batch batch, MakePairs(pairs));
      output->Push(std::move(batch));
    }
    if (row_ == batch_.num_rows) batch_ = Batch();
    return OkStatus();
  }

  /// As many that they and the rows without a partner fit in a batch.
  Pairs NextPairs() {
    const int64_t first = row_;
    Pairs pairs;
    const auto full = [&] {
      return row_ - first + static_cast<int64_t>(pairs.size()) >= kMaxBatchRows;
    };
    while (row_ < batch_.num_rows && !full()) {
      const auto i = static_cast<size_t>(row_);
      const auto all = passes_[i] ? std::span<const OrderedEntry>() : right_.rows_of(places_[i]);
      for (; entry_ < all.size() && !full(); ++entry_) pairs.Add(row_, all[entry_].row);
      if (entry_ < all.size()) break;
      ++row_;
      entry_ = 0;
    }
    return pairs;
  }

  /// Leaves those of which the condition holds.
  Status Select(Pairs* pairs) {
    if (pairs->size() == 0) return OkStatus();
    TRY_ASSIGN(const Batch batch, MakePairs(*pairs));
    RowErrors errors;
    std::vector<int32_t> passed;
    TRY(condition_->Select(batch, &errors, &passed));
    if (!errors.empty()) TRY(ReportRowErrors(context_, errors, batch, node_->schema()));
    Pairs selected;
    for (const int32_t pair : passed) {
      const auto i = static_cast<size_t>(pair);
      selected.Add(pairs->rows[i], pairs->partners[i]);
    }
    *pairs = std::move(selected);
    return OkStatus();
  }

  /// With the rows from `first` on that have met all and matched none, in their places.
  Pairs WithAlone(const Pairs& pairs, int64_t first) const {
    Pairs all;
    size_t pair = 0;
    for (int64_t row = first; row <= row_; ++row) {
      for (; pair < pairs.size() && pairs.rows[pair] == row; ++pair) {
        all.Add(row, pairs.partners[pair]);
      }
      if (row < row_ && !matched_[static_cast<size_t>(row)]) all.Add(row, RowStore::kNone);
    }
    return all;
  }

  Result<Batch> MakePairs(const Pairs& pairs) const {
    Batch batch = batch_.Take(pairs.rows);
    TRY_ASSIGN(const auto columns, right_.rows().GatherAll(pairs.partners));
    batch.columns.insert(batch.columns.end(), columns.begin(), columns.end());
    return batch;
  }

  PlanNodePtr node_;
  const SnapshotJoinNode& join_;
  OperatorContext context_;
  std::optional<EventTime> loads_until_;  // known when the first watermark comes
  KeyCodec left_codec_;
  KeyCodec right_codec_;
  RowStore left_rows_;
  CellTable cells_;
  TimeTable waiting_;  // some thousand rows that came together under a number
  size_t came_;        // rows that have waited, ever
  size_t left_time_;
  size_t right_time_;
  size_t loaded_;
  size_t sequence_;
  JoinSide right_;
  std::optional<Evaluator> condition_;
  EncodedKeys keys_;
  bool idle_ = false;
  bool forwards_ = false;  // the watermark of the left side is to go out
  bool right_came_ = false;
  int64_t silent_since_ms_ = 0;
  size_t released_ = 0;  // of the rows that have waited

  // The left batch at hand; without rows: none.
  Batch batch_;
  std::vector<bool> passes_;
  std::vector<uint32_t> places_;
  std::vector<bool> matched_;
  int64_t row_ = 0;
  size_t entry_ = 0;
};

}  // namespace

void RegisterSnapshotJoin(OperatorRegistry* registry) {
  registry->Register(SnapshotJoinNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<SnapshotJoin>(node, context);
                     });
}

}  // namespace millrace
