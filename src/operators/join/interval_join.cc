// SPDX-License-Identifier: Apache-2.0
// IntervalJoin (inner): left.ts BETWEEN right.ts + lower AND right.ts + upper, and equal keys. A
// match goes out as soon as its second row has come. A row is kept while the other side may still
// bring a partner under its watermark; a late row finds what is still there, and what is there is
// decided by the watermark before it alone: entries are visible until the watermark is half the
// interval past their last use, as with Flink's clean-up. The output's watermark is held back by
// the longer side of the interval.
//
// Matches are emitted 8192 at a time and the place in the entries is remembered, so a row with very
// many matches holds up its input, not memory.
#include <arrow/api.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <queue>

#include "data/event_time.h"
#include "data/key_codec.h"
#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/input_watermarks.h"
#include "operators/row_failures.h"
#include "plan/nodes/join_nodes.h"
#include "state/ordered_table.h"

namespace millrace {
namespace {

std::vector<DataType> ColumnTypes(const Schema& schema, const std::vector<int>* columns = nullptr) {
  std::vector<DataType> types;
  if (columns == nullptr) {
    for (const Column& column : schema) types.push_back(column.type);
  } else {
    for (int column : *columns) types.push_back(schema[static_cast<size_t>(column)].type);
  }
  return types;
}

EventTime Minus(EventTime time, int64_t length) {
  EventTime result;
  if (!__builtin_sub_overflow(time, length, &result)) return result;
  return length > 0 ? kMinWatermark : kMaxWatermark;
}

class IntervalJoin final : public Operator {
 public:
  IntervalJoin(PlanNodePtr node, const OperatorContext& context)
      : node_(std::move(node)),
        fields_(As<IntervalJoinNode>(node_)->fields()),
        context_(context),
        pair_schema_(node_->schema()),
        slack_((fields_.upper_ms - fields_.lower_ms) / 2),
        held_back_ms_(std::max({int64_t{0}, fields_.upper_ms, -fields_.lower_ms})),
        cells_("times", context.state->track()),
        watermarks_(2, &cells_),
        sequence_(cells_.Add("sequence", 0)),
        keys_("keys", false),
        left_("left", context, *node_->children()[0], fields_.left_keys, fields_.left_time,
              -fields_.lower_ms, &keys_),
        right_("right", context, *node_->children()[1], fields_.right_keys, fields_.right_time,
               fields_.upper_ms, &keys_) {
    context.state->Register(&cells_);
    if (fields_.condition != nullptr) {
      condition_.emplace(std::vector<ExpressionPtr>{fields_.condition}, context.session);
    }
  }

  Status OnBatch(int input, Batch batch, Output* output) override {
    watermarks_.Apply(input, &batch);
    batch_ = std::move(batch);
    input_ = input;
    row_ = 0;
    place_ = 0;
    Side& own = input == 0 ? left_ : right_;
    own.codec.Encode(batch_, &encoded_);
    has_null_key_.assign(static_cast<size_t>(batch_.num_rows), false);
    for (int key : own.keys) {
      const arrow::Array& column = *batch_.columns[static_cast<size_t>(key)];
      for (int64_t row = 0; column.null_count() != 0 && row < batch_.num_rows; ++row) {
        if (column.IsNull(row)) has_null_key_[static_cast<size_t>(row)] = true;
      }
    }
    return Continue(output);
  }

  Status OnWatermark(int input, Watermark watermark, Output* output) override {
    const Watermark now = watermarks_.Advance(input, watermark);
    output->Push(Watermark{HeldBack(now.time), now.idle});
    Release(now.time);
    return OkStatus();
  }

  bool more() const override { return row_ < batch_.num_rows; }

  Status Continue(Output* output) override {
    while (more() && !output->full()) TRY(EmitSome(output));
    if (!more()) {
      batch_ = Batch();
      row_ = 0;
    }
    return OkStatus();
  }

  Status OnRestore() override {
    for (Side* side : {&left_, &right_}) {
      for (uint32_t key = 0; key < keys_.slot_limit(); ++key) Queue(side, key);
    }
    return OkStatus();
  }

 private:
  struct Side {
    Side(std::string name, const OperatorContext& context, const PlanNode& input,
         std::vector<int> keys, int time, int64_t reach_ms, KeyTable* table)
        : keys(keys),
          time(time),
          reach_ms(reach_ms),
          codec(keys, ColumnTypes(input.schema(), &keys)),
          rows(ColumnTypes(input.schema())),
          entries(std::move(name), context.state->track(), table, &rows) {
      context.state->Register(&entries);
    }
    std::vector<int> keys;
    int time;
    int64_t reach_ms;  // a partner's time is at most this much later
    KeyCodec codec;
    RowStore rows;
    OrderedTable entries;
    std::vector<uint8_t> queued;  // by key slot: in expiry
    using Expiry = std::pair<EventTime, uint32_t>;
    std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>>
        expiry;  // by a key's last entry
  };

  EventTime HeldBack(EventTime watermark) const {
    if (watermark == kMinWatermark || watermark == kMaxWatermark) return watermark;
    return Minus(watermark, held_back_ms_);
  }

  /// Entries of a side with an earlier time cannot be seen under this watermark.
  EventTime Oldest(const Side& side, EventTime watermark) const {
    if (watermark == kMinWatermark) return kMinWatermark;
    return Minus(Minus(watermark, side.reach_ms), slack_);
  }

  /// Walks rows of the batch and their matches until there are kMaxBatchRows pairs.
  Status EmitSome(Output* output) {
    Side& own = input_ == 0 ? left_ : right_;
    Side& other = input_ == 0 ? right_ : left_;
    const arrow::Array& times = *batch_.columns[static_cast<size_t>(own.time)];
    const EventTimeReader reader(times);
    probes_.clear();
    partners_.clear();
    kept_.clear();
    for (; more() && static_cast<int64_t>(probes_.size()) < kMaxBatchRows; ++row_, place_ = 0) {
      const auto i = static_cast<size_t>(row_);
      if (times.IsNull(row_)) {
        TRY(ReportFailedRow(context_,
                            {.stage = "processing",
                             .reason = "MR0706: the time of the row is NULL",
                             .batch = &batch_,
                             .schema = &node_->children()[static_cast<size_t>(input_)]->schema(),
                             .row = row_}));
        continue;
      }
      if (has_null_key_[i]) continue;
      const EventTime time = reader.time(row_);
      const EventTime watermark = batch_.watermark_before(row_);
      const uint32_t key = keys_.Find(encoded_.key(i), encoded_.hashes[i]);
      if (key != KeyTable::kNone && !Probe(own, other, key, time, watermark)) break;
      if (watermark < Minus(time, -own.reach_ms))
        kept_.push_back({static_cast<int32_t>(row_), time});
    }
    TRY(EmitPairs(other, output));
    Keep(&own);
    return OkStatus();
  }

  /// Collects the matches of the row at hand; false if there was no room for all.
  bool Probe(const Side& own, const Side& other, uint32_t key, EventTime time,
             EventTime watermark) {
    const EventTime low = std::max(Minus(time, other.reach_ms), Oldest(other, watermark));
    const EventTime high = Minus(time, -own.reach_ms);
    const auto entries = other.entries.entries_of(key);
    auto entry = std::lower_bound(entries.begin(), entries.end(), OrderedEntry{low, 0, 0}) +
                 static_cast<ptrdiff_t>(place_);
    for (; entry < entries.end() && entry->time <= high; ++entry, ++place_) {
      if (static_cast<int64_t>(probes_.size()) == kMaxBatchRows) return false;
      probes_.push_back(static_cast<int32_t>(row_));
      partners_.push_back(entry->row);
    }
    return true;
  }

  Status EmitPairs(const Side& other, Output* output) {
    if (probes_.empty()) return OkStatus();
    Batch pairs = batch_.Take(probes_);
    if (pairs.watermarks != nullptr) {
      auto watermarks = std::make_shared<std::vector<EventTime>>(*pairs.watermarks);
      for (EventTime& watermark : *watermarks) watermark = HeldBack(watermark);
      pairs.watermarks = std::move(watermarks);
    }
    pairs.watermark = HeldBack(pairs.watermark);
    TRY_ASSIGN(auto columns, other.rows.GatherAll(partners_));
    pairs.columns.insert(input_ == 0 ? pairs.columns.end() : pairs.columns.begin(), columns.begin(),
                         columns.end());
    if (condition_.has_value()) {
      RowErrors errors;
      std::vector<int32_t> passed;
      TRY(condition_->Select(pairs, &errors, &passed));
      if (!errors.empty()) TRY(ReportRowErrors(context_, errors, pairs, pair_schema_));
      if (static_cast<int64_t>(passed.size()) < pairs.num_rows) pairs = pairs.Take(passed);
    }
    output->Push(std::move(pairs));
    return OkStatus();
  }

  /// Stores the rows that may still find a partner.
  void Keep(Side* own) {
    if (kept_.empty()) return;
    std::vector<int32_t> rows;
    for (const auto& [row, time] : kept_) rows.push_back(row);
    std::vector<uint32_t> slots;
    own->rows.Add(batch_.columns, rows, &slots);
    int64_t sequence = cells_.get(sequence_);
    for (size_t i = 0; i < kept_.size(); ++i) {
      const auto row = static_cast<size_t>(rows[i]);
      const uint32_t key = keys_.FindOrInsert(encoded_.key(row), encoded_.hashes[row]);
      own->entries.Insert(key, {kept_[i].second, static_cast<uint64_t>(sequence++), slots[i]});
      Queue(own, key);
    }
    cells_.Set(sequence_, sequence);
  }

  void Queue(Side* side, uint32_t key) {
    if (side->queued.size() < keys_.slot_limit()) side->queued.resize(keys_.slot_limit());
    const auto entries = side->entries.entries_of(key);
    if (entries.empty() || side->queued[key] != 0) return;
    side->queued[key] = 1;
    side->expiry.emplace(entries.front().time, key);
  }

  /// Drops entries that cannot be seen again, and keys without any.
  void Release(EventTime watermark) {
    if (watermark == kMinWatermark) return;
    for (Side* side : {&left_, &right_}) {
      const EventTime oldest = Oldest(*side, watermark);
      while (!side->expiry.empty() && side->expiry.top().first < oldest) {
        const uint32_t key = side->expiry.top().second;
        side->expiry.pop();
        side->queued[key] = 0;
        const auto entries = side->entries.entries_of(key);
        const auto visible =
            std::lower_bound(entries.begin(), entries.end(), OrderedEntry{oldest, 0, 0});
        side->entries.TrimFront(key, static_cast<size_t>(visible - entries.begin()));
        Queue(side, key);
        if (left_.entries.entries_of(key).empty() && right_.entries.entries_of(key).empty()) {
          keys_.Erase(key);
        }
      }
    }
  }

  PlanNodePtr node_;
  const IntervalJoinNode::Fields& fields_;
  OperatorContext context_;
  Schema pair_schema_;
  int64_t slack_;
  int64_t held_back_ms_;
  CellTable cells_;
  InputWatermarks watermarks_;
  size_t sequence_;
  KeyTable keys_;  // not state: it follows from the entries
  Side left_;
  Side right_;
  std::optional<Evaluator> condition_;

  // The batch at hand, up to row_, and of that row the matches before place_.
  Batch batch_;
  int input_ = 0;
  int64_t row_ = 0;
  size_t place_ = 0;
  EncodedKeys encoded_;
  std::vector<bool> has_null_key_;
  std::vector<int32_t> probes_;
  std::vector<uint32_t> partners_;
  std::vector<std::pair<int32_t, EventTime>> kept_;
};

}  // namespace

void RegisterIntervalJoin(OperatorRegistry* registry) {
  registry->Register(IntervalJoinNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       if (As<IntervalJoinNode>(node)->fields().type != JoinType::kInner) {
                         return UserError("MR0401", "outer interval joins are not supported yet");
                       }
                       return std::make_unique<IntervalJoin>(node, context);
                     });
}

}  // namespace millrace
