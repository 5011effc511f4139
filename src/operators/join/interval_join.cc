// SPDX-License-Identifier: Apache-2.0
// IntervalJoin: left.ts BETWEEN right.ts + lower AND right.ts + upper, and equal keys. A match goes
// out as soon as its second row has come. A row is kept, and seen by rows of the other side, late
// ones too, until the watermark is past the last time at which a partner of it could be on time.
// That is also when a row of an outer side that had no partner goes out alone; one that cannot be
// kept, because it is late or its key is NULL, goes out alone at once. The output's watermark is
// held back by the longer side of the interval, so none of these rows is late downstream.
//
// Rows lie on the disk until their key is asked for, or until one of them has to go out alone. What
// of them is out of sight is deleted there bit by bit.
//
// Pairs are made 8192 at a time and the place in the entries is remembered, so a row with very many
// matches holds up its input, not memory.
#include <arrow/api.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <queue>

#include "data/event_time.h"
#include "data/key_codec.h"
#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/cold_sweep.h"
#include "operators/deadline_operator.h"
#include "operators/join/unmatched_rows.h"
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

bool KeepsUnmatched(JoinType type, int input) {
  return type == JoinType::kFull || type == (input == 0 ? JoinType::kLeft : JoinType::kRight);
}

class IntervalJoin final : public DeadlineOperator {
 public:
  IntervalJoin(PlanNodePtr node, const OperatorContext& operator_context)
      : DeadlineOperator(2, operator_context),
        node_(std::move(node)),
        fields_(As<IntervalJoinNode>(node_)->fields()),
        pair_schema_(node_->schema()),
        held_back_ms_(std::max({int64_t{0}, fields_.upper_ms, -fields_.lower_ms})),
        sequence_(cells().Add("sequence", 0, CellTable::Rule::kGreatest)),
        left_("left", operator_context, *node_->children()[0], fields_.left_keys, fields_.left_time,
              -fields_.lower_ms, KeepsUnmatched(fields_.type, 0)),
        right_("right", operator_context, *node_->children()[1], fields_.right_keys,
               fields_.right_time, fields_.upper_ms, KeepsUnmatched(fields_.type, 1)) {
    if (fields_.condition != nullptr) {
      condition_.emplace(std::vector<ExpressionPtr>{fields_.condition}, operator_context.session);
    }
  }

  Status OnTime(int64_t now_ms, Output*) override {
    if (more() || !sweep_.IsTime(now_ms)) return OkStatus();
    for (Side* side : {&left_, &right_}) {
      const EventTime oldest = Oldest(*side, watermark());
      TRY(side->entries.Sweep(ColdSweep::kEntries, [oldest](const OrderedEntry& entry, int) {
        return entry.time < oldest;
      }));
    }
    return OkStatus();
  }

 protected:
  /// Rows that may have to go out alone have a deadline; others are only forgotten, between
  /// batches.
  EventTime NextDeadline() const override {
    EventTime deadline = kMaxWatermark;
    for (const Side* side : {&left_, &right_}) {
      EventTime first = side->unmatched.next_on_disk();
      if (!side->expiry.empty() && (side->outer || !in_batch_)) {
        first = std::min(first, side->expiry.top().first);
      }
      if (first != kMaxWatermark) deadline = std::min(deadline, side->ExpiryOf(first));
    }
    return deadline;
  }

  Status BeginBatch(int input, const Batch& batch) override {
    in_batch_ = true;
    place_ = 0;
    const Side& own = input == 0 ? left_ : right_;
    own.codec.Encode(batch, &encoded_);
    for (Side* side : {&left_, &right_}) TRY(Load(side, encoded_));
    const auto rows = static_cast<size_t>(batch.num_rows);
    row_matched_.assign(own.outer ? rows : 0, false);
    has_null_key_.assign(rows, false);
    for (int key : own.key_columns) {
      const arrow::Array& column = *batch.columns[static_cast<size_t>(key)];
      for (int64_t row = 0; column.null_count() != 0 && row < batch.num_rows; ++row) {
        if (column.IsNull(row)) has_null_key_[static_cast<size_t>(row)] = true;
      }
    }
    return OkStatus();
  }

  /// Walks rows of the batch and their matches until there are kMaxBatchRows pairs.
  Result<int64_t> ProcessRows(int input, const Batch& batch, int64_t begin,
                              Output* output) override {
    const Side& own = input == 0 ? left_ : right_;
    const arrow::Array& times = *batch.columns[static_cast<size_t>(own.time)];
    const EventTimeReader reader(times);
    probes_.clear();
    partners_.clear();
    kept_.clear();
    alone_.clear();
    EventTime deadline = NextDeadline();
    int64_t row = begin;
    for (; row < batch.num_rows && static_cast<int64_t>(probes_.size()) < kMaxBatchRows;
         ++row, place_ = 0) {
      const auto i = static_cast<size_t>(row);
      const EventTime watermark = batch.watermark_before(row);
      if (watermark >= deadline && row > begin) break;
      if (times.IsNull(row)) {
        TRY(ReportFailedRow(context(),
                            {.stage = "processing",
                             .reason = "MR0706: the time of the row is NULL",
                             .batch = &batch,
                             .schema = &node_->children()[static_cast<size_t>(input)]->schema(),
                             .row = row}));
        continue;
      }
      if (has_null_key_[i]) {
        alone_.push_back(static_cast<int32_t>(row));
        continue;
      }
      const EventTime time = reader.time(row);
      if (!Probe(input, row, time, watermark)) break;
      if (watermark < Minus(time, -own.reach_ms)) {
        kept_.push_back({static_cast<int32_t>(row), time});
        if (own.outer) deadline = std::min(deadline, own.ExpiryOf(time));
      } else {
        alone_.push_back(static_cast<int32_t>(row));
      }
    }
    TRY(EmitRows(input, batch, output));
    Keep(input, batch);
    return row;
  }

  void EndBatch() override { in_batch_ = false; }

  Result<bool> Fire(Output* output) override {
    for (int input = 0; input < 2; ++input) {
      while (true) {
        if (output->full()) return false;
        TRY_ASSIGN(const bool more, ExpireSome(input, output));
        if (!more) break;
      }
    }
    return true;
  }

  Status Restored() override {
    for (Side* side : {&left_, &right_}) {
      for (uint32_t key = 0; key < side->keys.slot_limit(); ++key) Queue(side, key);
      TRY(LoadDue(side, Oldest(*side, watermark())));
    }
    return OkStatus();
  }

  EventTime OutputWatermark(EventTime watermark) const override {
    if (watermark == kMinWatermark || watermark == kMaxWatermark) return watermark;
    return Minus(watermark, held_back_ms_);
  }

 private:
  struct Side {
    Side(std::string name, const OperatorContext& context, const PlanNode& input,
         std::vector<int> key_columns, int time, int64_t reach_ms, bool outer)
        : key_columns(key_columns),
          time(time),
          reach_ms(reach_ms),
          outer(outer),
          codec(key_columns, ColumnTypes(input.schema(), &key_columns)),
          rows(ColumnTypes(input.schema())),
          keys(name, context.state->track(),
               {.write = {},
                .read = {},
                .clear = [this](uint32_t key) { Evict(key); },
                .may_be_cold = true,
                .read_part =
                    [this](uint32_t key, std::string_view entry_key, std::string_view value) {
                      return entries.Load(key, entry_key, value);
                    }}),
          entries(name, context.state->track(), &keys, &rows),
          unmatched(name + " unmatched", context.state->track(), &keys, &entries) {
      context.state->Register(&entries);
      if (outer) context.state->Register(&unmatched);
    }
    Side(const Side&) = delete;
    Side& operator=(const Side&) = delete;
    void Evict(uint32_t key) {
      if (outer) unmatched.Evict(key);
      entries.Evict(key);
      if (key < queued.size()) queued[key] = kMaxWatermark;
    }
    /// The watermark under which an entry of this time is not seen any more.
    EventTime ExpiryOf(EventTime entry) const { return Minus(Minus(entry, -reach_ms), -1); }

    std::vector<int> key_columns;
    int time;
    int64_t reach_ms;  // a partner's time is at most this much later
    bool outer;        // rows without a partner go out alone
    KeyCodec codec;
    RowStore rows;
    KeyTable keys;  // no state, it follows from the entries
    OrderedTable entries;
    UnmatchedRows unmatched;        // only of an outer side
    std::vector<EventTime> queued;  // by key slot: its time in expiry, kMaxWatermark if not there
    using Expiry = std::pair<EventTime, uint32_t>;
    std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>>
        expiry;  // by a key's first entry; an element that is not in `queued` has no meaning
  };

  /// Entries of a side with an earlier time are not seen under this watermark.
  EventTime Oldest(const Side& side, EventTime watermark) const {
    if (watermark == kMinWatermark || watermark == kMaxWatermark) return watermark;
    return Minus(watermark, side.reach_ms);
  }

  /// Collects the matches of a row from place_ on; false if there was no room for all.
  bool Probe(int input, int64_t row, EventTime time, EventTime watermark) {
    const Side& own = input == 0 ? left_ : right_;
    const Side& other = input == 0 ? right_ : left_;
    const auto i = static_cast<size_t>(row);
    const uint32_t key = other.keys.Find(encoded_.key(i), encoded_.hashes[i]);
    if (key == KeyTable::kNone) return true;
    const EventTime low = std::max(Minus(time, other.reach_ms), Oldest(other, watermark));
    const EventTime high = Minus(time, -own.reach_ms);
    const auto entries = other.entries.entries_of(key);
    auto entry = std::lower_bound(entries.begin(), entries.end(), OrderedEntry{low, 0, 0}) +
                 static_cast<ptrdiff_t>(place_);
    for (; entry < entries.end() && entry->time <= high; ++entry, ++place_) {
      if (static_cast<int64_t>(probes_.size()) == kMaxBatchRows) return false;
      probes_.push_back(static_cast<int32_t>(row));
      partners_.push_back(entry->row);
    }
    return true;
  }

  /// Emits the pairs at hand that satisfy the condition and, in their places between these, the
  /// rows that are neither kept nor matched.
  Status EmitRows(int input, const Batch& batch, Output* output) {
    const Side& own = input == 0 ? left_ : right_;
    Side& other = input == 0 ? right_ : left_;
    std::vector<int32_t> passed(probes_.size());
    std::iota(passed.begin(), passed.end(), 0);
    Batch pairs;
    if (!probes_.empty()) {
      TRY_ASSIGN(pairs, MakePairs(input, batch, probes_, PartnerRows(passed)));
    }
    if (condition_.has_value() && !probes_.empty()) {
      RowErrors errors;
      passed.clear();
      TRY(condition_->Select(pairs, &errors, &passed));
      if (!errors.empty()) TRY(ReportRowErrors(context(), errors, pairs, pair_schema_));
    }
    for (const int32_t pair : passed) {
      const auto i = static_cast<size_t>(pair);
      if (own.outer) row_matched_[static_cast<size_t>(probes_[i])] = true;
      if (other.outer) other.unmatched.Remove(partners_[i]);
    }
    std::erase_if(
        alone_, [&](int32_t row) { return !own.outer || row_matched_[static_cast<size_t>(row)]; });
    if (!alone_.empty()) {
      TRY_ASSIGN(pairs, MixPairs(input, batch, passed));
    } else if (passed.size() < probes_.size()) {
      pairs = pairs.Take(passed);
    }
    output->Push(std::move(pairs));
    return OkStatus();
  }

  std::vector<uint32_t> PartnerRows(std::span<const int32_t> pairs) const {
    std::vector<uint32_t> rows;
    rows.reserve(pairs.size());
    for (const int32_t pair : pairs) rows.push_back(partners_[static_cast<size_t>(pair)]);
    return rows;
  }

  /// Rows of the batch with rows held by the other side; kNone stands for NULLs.
  Result<Batch> MakePairs(int input, const Batch& batch, std::span<const int32_t> rows,
                          std::span<const uint32_t> partners) const {
    Batch pairs = batch.Take(rows);
    if (pairs.watermarks != nullptr) {
      auto watermarks = std::make_shared<std::vector<EventTime>>(*pairs.watermarks);
      for (EventTime& watermark : *watermarks) watermark = OutputWatermark(watermark);
      pairs.watermarks = std::move(watermarks);
    }
    pairs.watermark = OutputWatermark(pairs.watermark);
    TRY_ASSIGN(auto columns, (input == 0 ? right_ : left_).rows.GatherAll(partners));
    pairs.columns.insert(input == 0 ? pairs.columns.end() : pairs.columns.begin(), columns.begin(),
                         columns.end());
    return pairs;
  }

  /// The pairs that passed and the rows alone, in the order of their rows.
  Result<Batch> MixPairs(int input, const Batch& batch, std::span<const int32_t> passed) const {
    std::vector<int32_t> rows;
    std::vector<uint32_t> partners;
    auto alone = alone_.begin();
    const auto add_alone = [&](int32_t before) {
      for (; alone != alone_.end() && *alone < before; ++alone) {
        rows.push_back(*alone);
        partners.push_back(RowStore::kNone);
      }
    };
    for (const int32_t pair : passed) {
      const auto i = static_cast<size_t>(pair);
      add_alone(probes_[i]);
      rows.push_back(probes_[i]);
      partners.push_back(partners_[i]);
    }
    add_alone(std::numeric_limits<int32_t>::max());
    return MakePairs(input, batch, rows, partners);
  }

  /// Stores the rows that may still find a partner.
  void Keep(int input, const Batch& batch) {
    if (kept_.empty()) return;
    Side& own = input == 0 ? left_ : right_;
    std::vector<int32_t> rows;
    for (const auto& [row, time] : kept_) rows.push_back(row);
    std::vector<uint32_t> slots;
    own.rows.Add(batch.columns, rows, &slots);
    int64_t sequence = cells().get(sequence_);
    for (size_t i = 0; i < kept_.size(); ++i) {
      const auto row = static_cast<size_t>(rows[i]);
      const OrderedEntry entry{kept_[i].second, static_cast<uint64_t>(sequence++), slots[i]};
      const uint32_t key = own.keys.FindOrInsert(encoded_.key(row), encoded_.hashes[row]);
      own.entries.Insert(key, entry);
      if (own.outer && !row_matched_[row]) own.unmatched.Add(key, entry);
      Queue(&own, key);
    }
    cells().Set(sequence_, sequence);
  }

  /// Brings what lies on the disk of these keys into memory.
  Status Load(Side* side, const EncodedKeys& keys) {
    TRY(side->keys.Load(keys));
    if (side->outer) TRY(side->unmatched.Load(side->keys.loaded()));
    for (const uint32_t key : side->keys.loaded()) Queue(side, key);
    return OkStatus();
  }

  /// The same for some keys with rows that have to go out alone.
  Status LoadDue(Side* side, EventTime oldest) {
    EncodedKeys keys;
    for (int64_t read = 0; read < kMaxBatchRows && side->unmatched.next_on_disk() < oldest;
         read += static_cast<int64_t>(keys.size()) + 1) {
      TRY(side->unmatched.ReadKeys(&keys));
      TRY(Load(side, keys));
    }
    return OkStatus();
  }

  void Queue(Side* side, uint32_t key) {
    if (side->queued.size() < side->keys.slot_limit()) {
      side->queued.resize(side->keys.slot_limit(), kMaxWatermark);
    }
    const auto entries = side->entries.entries_of(key);
    if (entries.empty() || side->queued[key] <= entries.front().time) return;
    side->queued[key] = entries.front().time;
    side->expiry.emplace(entries.front().time, key);
  }

  /// Drops entries that cannot be seen again, at most kMaxBatchRows of them go out alone; false if
  /// there was nothing to do.
  Result<bool> ExpireSome(int input, Output* output) {
    Side& side = input == 0 ? left_ : right_;
    const EventTime oldest = Oldest(side, watermark());
    TRY(LoadDue(&side, oldest));
    std::vector<std::pair<uint32_t, size_t>> trims;
    std::vector<uint32_t> alone;
    while (!side.expiry.empty() && side.expiry.top().first < oldest &&
           static_cast<int64_t>(alone.size()) < kMaxBatchRows) {
      const auto [time, key] = side.expiry.top();
      side.expiry.pop();
      if (side.queued[key] != time) continue;
      side.queued[key] = kMaxWatermark;
      const auto entries = side.entries.entries_of(key);
      size_t count = 0;
      for (; count < entries.size() && entries[count].time < oldest; ++count) {
        if (!side.unmatched.Contains(entries[count].row)) continue;
        if (static_cast<int64_t>(alone.size()) == kMaxBatchRows) break;
        alone.push_back(entries[count].row);
      }
      trims.emplace_back(key, count);
    }
    if (!alone.empty()) TRY(EmitAlone(input, alone, output));
    for (const auto& [key, count] : trims) Trim(&side, key, count);
    return !trims.empty() || side.unmatched.next_on_disk() < oldest;
  }

  Status EmitAlone(int input, std::span<const uint32_t> rows, Output* output) {
    const std::vector<uint32_t> nothing(rows.size(), RowStore::kNone);
    Batch batch;
    batch.num_rows = static_cast<int64_t>(rows.size());
    batch.watermark = forwarded();
    TRY_ASSIGN(batch.columns, left_.rows.GatherAll(input == 0 ? rows : nothing));
    TRY_ASSIGN(const auto right, right_.rows.GatherAll(input == 0 ? nothing : rows));
    batch.columns.insert(batch.columns.end(), right.begin(), right.end());
    output->Push(std::move(batch));
    return OkStatus();
  }

  void Trim(Side* side, uint32_t key, size_t count) {
    if (side->outer) {
      for (const OrderedEntry& entry : side->entries.entries_of(key).first(count)) {
        side->unmatched.Remove(entry.row);
      }
    }
    side->entries.TrimFront(key, count);
    Queue(side, key);
    if (side->entries.entries_of(key).empty()) side->keys.Erase(key);
  }

  PlanNodePtr node_;
  const IntervalJoinNode::Fields& fields_;
  Schema pair_schema_;
  int64_t held_back_ms_;
  size_t sequence_;
  Side left_;
  Side right_;
  std::optional<Evaluator> condition_;
  bool in_batch_ = false;
  ColdSweep sweep_;

  // Of the batch at hand.
  EncodedKeys encoded_;
  std::vector<bool> has_null_key_;
  std::vector<bool> row_matched_;  // of an outer side
  size_t place_ = 0;               // so many matches of the next row have been tried

  // Of one call of ProcessRows: pairs, and rows that are done.
  std::vector<int32_t> probes_;
  std::vector<uint32_t> partners_;
  std::vector<std::pair<int32_t, EventTime>> kept_;
  std::vector<int32_t> alone_;  // not kept
};

}  // namespace

void RegisterIntervalJoin(OperatorRegistry* registry) {
  registry->Register(IntervalJoinNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<IntervalJoin>(node, context);
                     });
}

}  // namespace millrace
