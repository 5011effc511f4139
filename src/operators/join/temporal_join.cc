// SPDX-License-Identifier: Apache-2.0
// TemporalJoin: each left row with the version that the right side had at the time of the row.
//
// A left row waits until the watermark of both sides has come to its time: then every version up to
// that time is known. One that comes behind the watermark does not wait; versions that the
// watermark had made old are gone for it, however late they are cleaned up here.
//
// Of a key there are the newest version that is not later than the watermark and all later ones. A
// deletion is a version, too, that matches nothing; when the watermark has come to it and it is the
// newest one, the key is forgotten.
//
// Versions lie on the disk until their key is asked for, and rows that wait until their time comes.
// What of the versions has become old is deleted there bit by bit.
#include <arrow/api.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <queue>

#include "base/check.h"
#include "data/event_time.h"
#include "data/key_codec.h"
#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/cold_sweep.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/row_failures.h"
#include "plan/nodes/temporal_join_node.h"
#include "state/ordered_table.h"
#include "state/time_table.h"

namespace millrace {
namespace {

/// The columns of a side, and one more: of left rows their change kind, of right rows whether the
/// version is a row (NULL: a deletion).
std::vector<DataType> HeldTypes(const Schema& schema) {
  std::vector<DataType> types = TypesOf(schema);
  types.push_back(DataType::TinyInt());
  return types;
}

class TemporalJoin final : public DeadlineOperator {
 public:
  TemporalJoin(PlanNodePtr node, const OperatorContext& operator_context)
      : DeadlineOperator(2, operator_context),
        node_(std::move(node)),
        join_(*As<TemporalJoinNode>(node_)),
        fields_(join_.fields()),
        codecs_{KeyCodec(fields_.left_keys, TypesOf(side(0), fields_.left_keys)),
                KeyCodec(fields_.right_keys, TypesOf(side(1), fields_.right_keys))},
        left_rows_(HeldTypes(side(0))),
        right_rows_(HeldTypes(side(1))),
        sequence_(cells().Add("sequence", 0, CellTable::Rule::kGreatest)),
        keys_("keys", operator_context.state->track(),
              {.write = {},
               .read = {},
               .clear = [this](uint32_t key) { Evict(key); },
               .may_be_cold = true,
               .read_part =
                   [this](uint32_t key, std::string_view entry_key, std::string_view value) {
                     return versions_.Load(key, entry_key, value);
                   }}),
        waiting_("waiting", operator_context.state->track(), &left_rows_, &cells()),
        versions_("versions", operator_context.state->track(), &keys_, &right_rows_) {
    operator_context.state->Register(&waiting_);
    operator_context.state->Register(&versions_);
    if (fields_.condition != nullptr) {
      condition_.emplace(std::vector<ExpressionPtr>{fields_.condition}, operator_context.session);
    }
  }

  std::string Waiting() const override {
    if (waiting_.empty()) return {};
    return "rows (" + std::to_string(waiting_.entries()) +
           ") wait for their version until the watermark has come to their time, " +
           FormatEventTime(waiting_.next()) + " first; left is " +
           FormatEventTime(inputs().input(0)) + ", right is " + FormatEventTime(inputs().input(1));
  }

  Status OnTime(int64_t now_ms, Output*) override {
    if (more() || !sweep_.IsTime(now_ms)) return OkStatus();
    const auto is_deletion = [this](std::string_view value) {
      const auto row = right_rows_.Read(value);
      if (!row) return false;
      const bool deleted = right_rows_.IsNull(row_column(), *row);
      right_rows_.Free(*row);
      return deleted;
    };
    return versions_.SweepReplaced(ColdSweep::kEntries, watermark(), is_deletion);
  }

 protected:
  EventTime NextDeadline() const override { return waiting_.next(); }

  Status BeginBatch(int input, const Batch& batch) override {
    Encode(static_cast<size_t>(input), batch);
    return input == 1 ? Load() : OkStatus();
  }

  Result<int64_t> ProcessRows(int input, const Batch& batch, int64_t begin,
                              Output* output) override {
    const int time_column = input == 0 ? fields_.left_time : fields_.right_time;
    const arrow::Array& times = *batch.columns[static_cast<size_t>(time_column)];
    const EventTimeReader reader(times);
    kept_.clear();
    late_.clear();
    EventTime deadline = NextDeadline();
    int64_t row = begin;
    for (; row < batch.num_rows; ++row) {
      const EventTime before = batch.watermark_before(row);
      if (before > watermark() && before >= deadline) break;
      const bool timeless = times.IsNull(row);
      if (input == 1) {
        if (KeepsVersion(batch, row, timeless)) {
          const EventTime time = timeless ? kMinWatermark : reader.time(row);
          kept_.push_back({static_cast<int32_t>(row), time});
          continue;
        }
        if (!timeless || IsIgnored(batch, row)) continue;
      }
      if (timeless) {
        TRY(ReportTimeless(input, batch, row));
        continue;
      }
      const EventTime time = reader.time(row);
      // Behind the end of the input nothing would release it.
      if (time <= before || before == kMaxWatermark) {
        late_.push_back({static_cast<int32_t>(row), time});
      } else {
        kept_.push_back({static_cast<int32_t>(row), time});
        deadline = std::min(deadline, time);
      }
    }
    if (input == 1) {
      AddVersions(batch);
    } else {
      TRY(SendLate(batch, output));
      Wait(batch);
    }
    return row;
  }

  void EndBatch() override { Clean(); }

  Result<bool> Fire(Output* output) override {
    while (waiting_.next() <= watermark() && !waiting_.empty()) {
      if (output->full()) return false;
      TRY(SendWaiting(output));
    }
    return true;
  }

  Status Restored() override {
    for (uint32_t key = 0; key < keys_.slot_limit(); ++key) Queue(key);
    return waiting_.Fetch(kMinWatermark);
  }

 private:
  struct Timed {
    int32_t row = 0;
    EventTime time = 0;
  };

  const Schema& side(size_t index) const { return node_->children()[index]->schema(); }
  size_t kind_column() const { return side(0).size(); }
  size_t row_column() const { return side(1).size(); }

  void Encode(size_t input, const Batch& batch) {
    codecs_[input].Encode(batch, &encoded_);
    has_null_key_.assign(static_cast<size_t>(batch.num_rows), false);
    for (const int key : input == 0 ? fields_.left_keys : fields_.right_keys) {
      const arrow::Array& column = *batch.columns[static_cast<size_t>(key)];
      for (int64_t row = 0; column.null_count() != 0 && row < batch.num_rows; ++row) {
        if (column.IsNull(row)) has_null_key_[static_cast<size_t>(row)] = true;
      }
    }
  }

  /// Brings the versions of the encoded keys into memory.
  Status Load() {
    TRY(keys_.Load(encoded_));
    for (const uint32_t key : keys_.loaded()) Queue(key);
    return OkStatus();
  }

  void Evict(uint32_t key) {
    versions_.Evict(key);
    if (key < queued_.size()) queued_[key] = kMaxWatermark;
  }

  bool IsIgnored(const Batch& batch, int64_t row) const {
    return has_null_key_[static_cast<size_t>(row)] ||
           (batch.kind(row) == ChangeKind::kUpdateBefore && join_.ignores_old_rows());
  }

  /// A deletion need not say when it happened.
  bool KeepsVersion(const Batch& batch, int64_t row, bool timeless) const {
    if (IsIgnored(batch, row)) return false;
    return !timeless || !IsAddition(batch.kind(row));
  }

  Status ReportTimeless(int input, const Batch& batch, int64_t row) {
    return ReportFailedRow(context(), {.stage = "processing",
                                       .reason = "MR0706: the time of the row is NULL",
                                       .batch = &batch,
                                       .schema = &side(static_cast<size_t>(input)),
                                       .row = row});
  }

  void AddVersions(const Batch& batch) {
    if (kept_.empty()) return;
    std::vector<int32_t> rows;
    for (const Timed& kept : kept_) rows.push_back(kept.row);
    arrow::Int8Builder marks;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      CHECK((IsAddition(batch.kind(row)) ? marks.Append(1) : marks.AppendNull()).ok());
    }
    std::vector<std::shared_ptr<arrow::Array>> columns = batch.columns;
    columns.push_back(*marks.Finish());
    std::vector<uint32_t> slots;
    right_rows_.Add(columns, rows, &slots);
    int64_t sequence = cells().get(sequence_);
    for (size_t i = 0; i < kept_.size(); ++i) {
      const auto row = static_cast<size_t>(kept_[i].row);
      const EventTime before = batch.watermark_before(kept_[i].row);
      const uint32_t key = keys_.FindOrInsert(encoded_.key(row), encoded_.hashes[row]);
      CleanKey(key, before);
      const auto entries = versions_.entries_of(key);
      EventTime time = kept_[i].time;
      if (time == kMinWatermark) {
        // What was sent stays true: it is gone from here on.
        time = before == kMinWatermark || before == kMaxWatermark ? before : before + 1;
        if (!entries.empty()) time = std::max(time, entries.back().time);
      }
      const auto same = std::ranges::find(entries, time, &OrderedEntry::time);
      if (same != entries.end()) versions_.Erase(key, time, same->sequence);
      versions_.Insert(key, {time, static_cast<uint64_t>(sequence++), slots[i]});
      Queue(key);
    }
    cells().Set(sequence_, sequence);
  }

  void Wait(const Batch& batch) {
    if (kept_.empty()) return;
    std::vector<int32_t> rows;
    for (const Timed& kept : kept_) rows.push_back(kept.row);
    arrow::Int8Builder kinds;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      CHECK(kinds.Append(static_cast<int8_t>(batch.kind(row))).ok());
    }
    std::vector<std::shared_ptr<arrow::Array>> columns = batch.columns;
    columns.push_back(*kinds.Finish());
    std::vector<uint32_t> slots;
    left_rows_.Add(columns, rows, &slots);
    for (size_t i = 0; i < kept_.size(); ++i) {
      waiting_.Add(kept_[i].time, slots[i],
                   KeyGroupOf(encoded_.hashes[static_cast<size_t>(rows[i])]));
    }
  }

  /// The version of a key at a time; kNone if there is none.
  uint32_t Version(uint32_t key, EventTime time, EventTime late_at) const {
    if (key == KeyTable::kNone) return RowStore::kNone;
    const auto entries = versions_.entries_of(key);
    const auto next = std::ranges::upper_bound(entries, time, {}, &OrderedEntry::time);
    if (next == entries.begin()) return RowStore::kNone;
    if (next != entries.end() && next->time <= late_at) return RowStore::kNone;
    const uint32_t row = std::prev(next)->row;
    return right_rows_.IsNull(row_column(), row) ? RowStore::kNone : row;
  }

  uint32_t KeyOf(size_t row) const {
    if (has_null_key_[row]) return KeyTable::kNone;
    return keys_.Find(encoded_.key(row), encoded_.hashes[row]);
  }

  Status SendLate(const Batch& batch, Output* output) {
    if (late_.empty()) return OkStatus();
    TRY(Load());
    std::vector<int32_t> rows;
    std::vector<uint32_t> versions;
    for (const auto& [row, time] : late_) {
      rows.push_back(row);
      versions.push_back(
          Version(KeyOf(static_cast<size_t>(row)), time, batch.watermark_before(row)));
    }
    return Send(batch.Take(rows), std::move(versions), output);
  }

  /// Up to kMaxBatchRows rows of the next times.
  Status SendWaiting(Output* output) {
    std::vector<uint32_t> rows;
    std::vector<EventTime> times;
    std::vector<EventTime> done;
    size_t sent = sent_;
    TRY(waiting_.Fetch(watermark()));
    waiting_.ForEachTime([&](EventTime time, std::span<const uint32_t> held) {
      if (time > watermark()) return false;
      while (sent < held.size() && static_cast<int64_t>(rows.size()) < kMaxBatchRows) {
        rows.push_back(held[sent++]);
        times.push_back(time);
      }
      if (sent < held.size()) return false;
      done.push_back(time);
      sent = 0;
      return true;
    });
    if (rows.empty()) return OkStatus();
    Batch batch;
    batch.num_rows = static_cast<int64_t>(rows.size());
    batch.watermark = forwarded();
    TRY_ASSIGN(batch.columns, left_rows_.GatherAll(rows));
    if (!join_.changelog_mode().insert_only()) batch.kinds = KindsOf(*batch.columns.back());
    batch.columns.pop_back();
    // The keys of the batch at hand are needed again behind this.
    EncodedKeys encoded = std::move(encoded_);
    std::vector<bool> null_keys = std::move(has_null_key_);
    Encode(0, batch);
    TRY(Load());
    std::vector<uint32_t> versions;
    for (size_t i = 0; i < rows.size(); ++i) {
      versions.push_back(Version(KeyOf(i), times[i], kMinWatermark));
    }
    encoded_ = std::move(encoded);
    has_null_key_ = std::move(null_keys);
    TRY(Send(std::move(batch), std::move(versions), output));
    for (const EventTime time : done) waiting_.Drop(time);
    sent_ = sent;
    return OkStatus();
  }

  static std::shared_ptr<const std::vector<ChangeKind>> KindsOf(const arrow::Array& column) {
    const auto& values = static_cast<const arrow::Int8Array&>(column);
    auto kinds = std::make_shared<std::vector<ChangeKind>>();
    for (int64_t row = 0; row < values.length(); ++row) {
      kinds->push_back(static_cast<ChangeKind>(values.Value(row)));
    }
    return kinds;
  }

  /// Left rows with their versions, as far as the condition takes them.
  Status Send(Batch left, std::vector<uint32_t> versions, Output* output) {
    if (condition_.has_value()) TRY(AskCondition(left, &versions));
    if (fields_.type == JoinType::kInner) {
      std::vector<int32_t> matched;
      for (size_t i = 0; i < versions.size(); ++i) {
        if (versions[i] != RowStore::kNone) matched.push_back(static_cast<int32_t>(i));
      }
      if (matched.size() < versions.size()) left = left.Take(matched);
      std::erase(versions, RowStore::kNone);
    }
    TRY(AppendVersions(versions, &left));
    output->Push(std::move(left));
    return OkStatus();
  }

  Status AskCondition(const Batch& left, std::vector<uint32_t>* versions) {
    std::vector<int32_t> asked;
    std::vector<uint32_t> partners;
    for (size_t i = 0; i < versions->size(); ++i) {
      if ((*versions)[i] == RowStore::kNone) continue;
      asked.push_back(static_cast<int32_t>(i));
      partners.push_back((*versions)[i]);
    }
    Batch pairs = left.Take(asked);
    TRY(AppendVersions(partners, &pairs));
    RowErrors errors;
    std::vector<int32_t> passed;
    TRY(condition_->Select(pairs, &errors, &passed));
    if (!errors.empty()) TRY(ReportRowErrors(context(), errors, pairs, node_->schema()));
    versions->assign(versions->size(), RowStore::kNone);
    for (const int32_t pair : passed) {
      const auto i = static_cast<size_t>(pair);
      (*versions)[static_cast<size_t>(asked[i])] = partners[i];
    }
    return OkStatus();
  }

  Status AppendVersions(std::span<const uint32_t> versions, Batch* batch) const {
    for (size_t column = 0; column < row_column(); ++column) {
      TRY_ASSIGN(auto values, right_rows_.Gather(column, versions));
      batch->columns.push_back(std::move(values));
    }
    return OkStatus();
  }

  /// The watermark at which something of the key can go; kMaxWatermark: nothing to come.
  EventTime ExpiryOf(uint32_t key) const {
    const auto entries = versions_.entries_of(key);
    if (entries.empty()) return kMaxWatermark;
    if (right_rows_.IsNull(row_column(), entries[0].row)) return entries[0].time;
    return entries.size() > 1 ? entries[1].time : kMaxWatermark;
  }

  void Queue(uint32_t key) {
    if (queued_.size() < keys_.slot_limit()) queued_.resize(keys_.slot_limit(), kMaxWatermark);
    const EventTime expiry = ExpiryOf(key);
    if (expiry >= queued_[key]) return;
    queued_[key] = expiry;
    expiry_.emplace(expiry, key);
  }

  /// Drops the versions of a key that nothing can meet any more under this watermark.
  void CleanKey(uint32_t key, EventTime watermark) {
    const auto entries = versions_.entries_of(key);
    const auto later = std::ranges::upper_bound(entries, watermark, {}, &OrderedEntry::time);
    auto count = static_cast<size_t>(later - entries.begin());
    if (count == 0) return;
    const bool deleted = right_rows_.IsNull(row_column(), entries[count - 1].row);
    versions_.TrimFront(key, deleted ? count : count - 1);
  }

  void Clean() {
    while (!expiry_.empty() && expiry_.top().first <= watermark()) {
      const auto [time, key] = expiry_.top();
      expiry_.pop();
      if (queued_[key] != time) continue;
      queued_[key] = kMaxWatermark;
      CleanKey(key, watermark());
      if (versions_.entries_of(key).empty()) {
        if (keys_.live(key)) keys_.Erase(key);
      } else {
        Queue(key);
      }
    }
  }

  PlanNodePtr node_;
  const TemporalJoinNode& join_;
  const TemporalJoinNode::Fields& fields_;
  KeyCodec codecs_[2];
  RowStore left_rows_;
  RowStore right_rows_;
  size_t sequence_;
  KeyTable keys_;  // not state: it follows from the versions
  TimeTable waiting_;
  OrderedTable versions_;
  std::optional<Evaluator> condition_;
  size_t sent_ = 0;  // rows of the earliest time that have gone out

  ColdSweep sweep_;
  std::vector<EventTime> queued_;  // by key slot: its time in expiry_, kMaxWatermark if not there
  using Expiry = std::pair<EventTime, uint32_t>;
  std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>> expiry_;

  // Of the batch at hand.
  EncodedKeys encoded_;
  std::vector<bool> has_null_key_;
  std::vector<Timed> kept_;
  std::vector<Timed> late_;
};

}  // namespace

void RegisterTemporalJoin(OperatorRegistry* registry) {
  registry->Register(TemporalJoinNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<TemporalJoin>(node, context);
                     });
}

}  // namespace millrace
