// SPDX-License-Identifier: Apache-2.0
// ResolveConflicts: changes wait, in the order in which they came, until the watermark moves. Then
// those of a key are carried out on the row that was sent for it last. One row is left: it is sent
// (+I, or +U if it differs); none: the key goes (-D); several: the job fails, or what was sent
// stays, and of a new key the first one is sent. Rows that lose are forgotten.
#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>

#include "data/key_codec.h"
#include "data/row_format.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/rank/ranked_rows.h"
#include "plan/nodes/changelog_nodes.h"

namespace millrace {
namespace {

constexpr int64_t kSent = -1;  // in the place of the kind of a change: the row that was sent last

/// The rows of one key: numbers of rows in a batch, those with equal texts being the same row.
class LiveRows {
 public:
  void Add(std::string_view identity, size_t row) {
    std::deque<size_t>& places = places_[identity];
    if (by_key_ && !places.empty()) {
      rows_[places.front()] = row;
      return;
    }
    places.push_back(rows_.size());
    rows_.push_back(row);
    ++count_;
  }
  /// The first of those that are the same.
  void Remove(std::string_view identity) {
    const auto found = places_.find(identity);
    if (found == places_.end() || found->second.empty()) return;
    rows_[found->second.front()].reset();
    found->second.pop_front();
    --count_;
  }
  size_t count() const { return count_; }
  /// REQUIRES: count() > 0.
  size_t first() const {
    return **std::ranges::find_if(rows_, [](const auto& row) { return row.has_value(); });
  }
  /// `by_key`: a row takes the place of one that is the same.
  explicit LiveRows(bool by_key) : by_key_(by_key) {}

 private:
  bool by_key_;
  std::vector<std::optional<size_t>> rows_;  // in the order in which they came
  std::unordered_map<std::string_view, std::deque<size_t>> places_;
  size_t count_ = 0;
};

class ResolveConflicts final : public DeadlineOperator {
 public:
  ResolveConflicts(const PlanNodePtr& node, const OperatorContext& context)
      : DeadlineOperator(1, context),
        node_(node),
        fields_(As<ResolveConflictsNode>(node_)->fields()),
        keys_(fields_.keys, TypesOf(node_->schema(), fields_.keys)),
        whole_(AllColumns(node_->schema()), TypesOf(node_->schema())),
        row_keys_(fields_.row_key, TypesOf(node_->schema(), fields_.row_key)),
        arrival_({}, node_->schema()),
        rows_(TypesOf(node_->schema())),
        held_("rows", context.state->track(), &rows_) {
    context.state->Register(&held_);
  }

  std::string Waiting() const override {
    if (touched_.empty()) return {};
    return "changes of " + std::to_string(touched_.size()) +
           " keys go out when the watermark moves; it is " + FormatEventTime(watermark());
  }

 protected:
  EventTime NextDeadline() const override {
    return touched_.empty() ? kMaxWatermark : watermark() + 1;
  }

  Status BeginBatch(int, const Batch& batch) override {
    keys_.Encode(batch, &encoded_keys_);
    return OkStatus();
  }

  Result<int64_t> ProcessRows(int, const Batch& batch, int64_t begin, Output*) override {
    std::vector<int32_t> taken;
    int64_t row = begin;
    for (; row < batch.num_rows && batch.watermark_before(row) <= watermark(); ++row) {
      taken.push_back(static_cast<int32_t>(row));
    }
    std::vector<uint32_t> slots;
    rows_.Add(batch.columns, taken, &slots);
    for (size_t i = 0; i < taken.size(); ++i) {
      const auto at = static_cast<size_t>(taken[i]);
      const uint32_t partition = held_.Partition(encoded_keys_.key(at), encoded_keys_.hashes[at]);
      if (!Waits(partition)) touched_.push_back(partition);
      Insert(partition, slots[i], static_cast<int64_t>(batch.kind(taken[i])));
    }
    return row;
  }

  Result<bool> Fire(Output* output) override {
    while (!touched_.empty()) {
      if (output->full()) return false;
      TRY(FireSome(output));
    }
    return true;
  }

  Status Restored() override {
    std::unordered_map<uint32_t, uint64_t> first;  // change, by partition
    TRY(held_.Restored(&arrival_, [&](std::span<const uint32_t> rows) -> Status {
      for (const uint32_t row : rows) {
        if (held_.time_of(row) == kSent) continue;
        const uint64_t sequence = held_.sequence_of(row);
        const auto [known, added] = first.emplace(held_.partition_of(row), sequence);
        if (!added) known->second = std::min(known->second, sequence);
      }
      return OkStatus();
    }));
    for (const auto& [partition, sequence] : first) touched_.push_back(partition);
    std::ranges::sort(touched_, {}, [&](uint32_t partition) { return first.at(partition); });
    return OkStatus();
  }

 private:
  /// Whether the key has changes that are not carried out.
  bool Waits(uint32_t partition) const {
    const size_t size = held_.size(partition);
    return size > 1 || (size == 1 && held_.time_of(held_.At(partition, 0)) != kSent);
  }

  void Insert(uint32_t partition, uint32_t row, int64_t kind) {
    held_.Insert(partition,
                 {.row = row, .sort_key = {}, .time = kind, .sequence = held_.next_sequence()});
  }

  /// The rows of some of the keys that wait, about as many as go into a batch.
  Status FireSome(Output* output) {
    std::vector<uint32_t> partitions;
    std::vector<uint32_t> rows;
    std::vector<size_t> ends;
    while (!touched_.empty() && static_cast<int64_t>(rows.size()) < kMaxBatchRows) {
      partitions.push_back(touched_.front());
      touched_.pop_front();
      held_.Collect(partitions.back(), 0, held_.size(partitions.back()), &rows);
      ends.push_back(rows.size());
    }
    Batch all;
    all.num_rows = static_cast<int64_t>(rows.size());
    all.watermark = forwarded();
    TRY_ASSIGN(all.columns, rows_.GatherAll(rows));
    whole_.Encode(all, &encoded_rows_);
    if (!fields_.row_key.empty()) row_keys_.Encode(all, &encoded_row_keys_);
    changes_.clear();
    kinds_.clear();
    size_t begin = 0;
    for (size_t i = 0; i < partitions.size(); ++i) {
      TRY(CarryOut(partitions[i], all,
                   {rows.begin() + static_cast<ptrdiff_t>(begin),
                    rows.begin() + static_cast<ptrdiff_t>(ends[i])},
                   begin));
      begin = ends[i];
    }
    held_.FreeRemoved();
    for (const uint32_t partition : partitions) held_.EndPartition(partition);
    Batch changed = all.Take(changes_);
    changed.kinds = std::make_shared<std::vector<ChangeKind>>(kinds_);
    for (int64_t at = 0; at < changed.num_rows; at += kMaxBatchRows) {
      output->Push(changed.Slice(at, std::min(kMaxBatchRows, changed.num_rows - at)));
    }
    return OkStatus();
  }

  /// Carries out the changes of a key, whose rows are those of the batch from `begin` on.
  Status CarryOut(uint32_t partition, const Batch& all, std::span<const uint32_t> rows,
                  size_t begin) {
    const EncodedKeys& identities = fields_.row_key.empty() ? encoded_rows_ : encoded_row_keys_;
    LiveRows live(!fields_.row_key.empty());
    std::optional<size_t> sent;
    for (size_t i = 0; i < rows.size(); ++i) {
      const size_t row = begin + i;
      const int64_t kind = held_.time_of(rows[i]);
      if (kind == kSent) sent = row;
      if (kind == kSent || IsAddition(static_cast<ChangeKind>(kind))) {
        live.Add(identities.key(row), row);
      } else {
        live.Remove(identities.key(row));
      }
    }
    for (const uint32_t row : rows) held_.Remove(row);
    if (live.count() > 1 && fields_.fails) return Violation(all, begin);
    if (live.count() == 0) {
      if (sent) Send(ChangeKind::kDelete, *sent);
      return OkStatus();
    }
    if (live.count() == 1 || !sent) {
      const size_t row = live.first();
      if (!sent) {
        Send(ChangeKind::kInsert, row);
      } else if (encoded_rows_.key(*sent) != encoded_rows_.key(row)) {
        Send(ChangeKind::kUpdateAfter, row);
      }
      sent = row;
    }
    std::vector<uint32_t> slot;
    rows_.Add(all.columns, std::vector{static_cast<int32_t>(*sent)}, &slot);
    Insert(partition, slot[0], kSent);
    return OkStatus();
  }

  void Send(ChangeKind kind, size_t row) {
    changes_.push_back(static_cast<int32_t>(row));
    kinds_.push_back(kind);
  }

  std::unexpected<Error> Violation(const Batch& all, size_t row) const {
    const Batch key = all.WithColumns(Columns(all)).Slice(static_cast<int64_t>(row), 1);
    Schema schema;
    for (const int column : fields_.keys) {
      schema.Append(node_->schema()[static_cast<size_t>(column)]);
    }
    return UserError("MR0716", "the table would have two rows of one primary key",
                     "key " + FormatRow(schema, key, 0).substr(2),
                     "ON CONFLICT DO NOTHING keeps the first row, DO DEDUPLICATE the last.");
  }

  std::vector<std::shared_ptr<arrow::Array>> Columns(const Batch& all) const {
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const int column : fields_.keys) {
      columns.push_back(all.columns[static_cast<size_t>(column)]);
    }
    return columns;
  }

  PlanNodePtr node_;
  const ResolveConflictsNode::Fields& fields_;
  KeyCodec keys_;
  KeyCodec whole_;
  KeyCodec row_keys_;
  SortKeys arrival_;  // no columns: the order is that of arrival
  RowStore rows_;
  RankedRows held_;               // a row's time is the kind of its change, or kSent
  std::deque<uint32_t> touched_;  // partitions with changes

  EncodedKeys encoded_keys_;  // of the batch at hand
  // Of one part of a fire.
  EncodedKeys encoded_rows_;
  EncodedKeys encoded_row_keys_;
  std::vector<int32_t> changes_;
  std::vector<ChangeKind> kinds_;
};

}  // namespace

void RegisterResolveConflicts(OperatorRegistry* registry) {
  registry->Register(ResolveConflictsNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<ResolveConflicts>(node, context);
                     });
}

}  // namespace millrace
