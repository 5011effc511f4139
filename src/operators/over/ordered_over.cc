// SPDX-License-Identifier: Apache-2.0
// OrderedOver: OVER in the order of a column that is no time. A row that comes has a place among
// those of its partition; the results of the rows behind it, and with RANGE of its peers, change
// (-U, +U), and are told in their order, as Flink does: a row that is taken back goes with -D.
//
// State is the rows. What calls have gathered up to each of them is made again (running_totals.h).
#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "data/key_codec.h"
#include "operators/aggregate/expiry_list.h"
#include "operators/builtin.h"
#include "operators/change_kinds.h"
#include "operators/column_types.h"
#include "operators/over/running_totals.h"
#include "operators/rank/ranked_rows.h"
#include "operators/rank/row_identities.h"
#include "operators/stepped_operator.h"
#include "state/cell_table.h"

namespace millrace {
namespace {

class OrderedOver final : public SteppedOperator {
 public:
  OrderedOver(const PlanNodePtr& node, const OperatorContext& context)
      : node_(node),
        fields_(As<OrderedOverNode>(node_)->fields()),
        input_(node_->children()[0]->schema()),
        partitions_(fields_.partition_keys, TypesOf(input_, fields_.partition_keys)),
        sort_keys_({fields_.order}, input_),
        rows_(TypesOf(input_)),
        ranked_("rows", context.state->track(), &rows_),
        cells_("sequence", context.state->track()),
        sequence_(cells_.Add("sequence", 0, CellTable::Rule::kGreatest)),
        totals_(&fields_, &ranked_, &rows_) {
    context.state->Register(&ranked_);
    context.state->Register(&cells_);
    if (node_->children()[0]->changelog_mode().insert_only()) return;
    const std::vector<int> columns = AllColumns(input_);
    identity_.emplace(columns, TypesOf(input_, columns));
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    if (batch.num_rows == 0) return OkStatus();
    batch_ = std::move(batch);
    row_ = 0;
    partitions_.Encode(batch_, &partition_keys_);
    sort_keys_.Encode(batch_.columns, batch_.num_rows);
    if (identity_) identity_->Encode(batch_, &identity_keys_);
    return Continue(output);
  }

  Status OnTime(int64_t now_ms, Output*) override {
    now_ms_ = now_ms;
    if (fields_.state_ttl_ms == 0) return OkStatus();
    while (const auto partition = expiry_.PopBefore(now_ms - fields_.state_ttl_ms + 1)) {
      std::vector<uint32_t> rows;
      ranked_.Collect(*partition, 0, ranked_.size(*partition), &rows);
      for (const uint32_t row : rows) {
        TakeOut(row);
        totals_.Forget(row);
      }
      ranked_.EndPartition(*partition);
    }
    Free();
    return OkStatus();
  }

  Status OnRestore() override {
    std::set<uint32_t> partitions;
    TRY(ranked_.Restored(&sort_keys_, [&](std::span<const uint32_t> rows) -> Status {
      for (const uint32_t row : rows) {
        const uint32_t partition = ranked_.partition_of(row);
        partitions.insert(partition);
        if (fields_.state_ttl_ms == 0) continue;
        expiry_.Touch(partition, std::max(expiry_.time(partition), ranked_.time_of(row)));
      }
      if (!identity_) return OkStatus();
      Batch part;
      part.num_rows = static_cast<int64_t>(rows.size());
      TRY_ASSIGN(part.columns, rows_.GatherAll(rows));
      identity_->Encode(part, &identity_keys_);
      for (size_t i = 0; i < rows.size(); ++i) AddIdentity(i, rows[i]);
      return OkStatus();
    }));
    if (fields_.state_ttl_ms > 0) expiry_.Sort();
    for (const uint32_t partition : partitions) TRY(totals_.Restore(partition));
    return OkStatus();
  }

 private:
  /// Processes the next rows and makes what goes out.
  Status Step() override {
    touched_.clear();
    for (; row_ < batch_.num_rows && static_cast<int64_t>(kinds_.size()) < kMaxBatchRows; ++row_) {
      TRY(OnRow(static_cast<size_t>(row_)));
    }
    TRY_ASSIGN(Batch changed, Compose());
    pending_.Set(std::move(changed));
    Free();
    for (const uint32_t partition : touched_) ranked_.EndPartition(partition);
    if (row_ == batch_.num_rows) batch_ = Batch();
    return OkStatus();
  }

  Status OnRow(size_t i) {
    const std::string_view key = partition_keys_.key(i);
    const uint64_t hash = partition_keys_.hashes[i];
    if (IsAddition(batch_.kind(row_))) return TakeIn(ranked_.Partition(key, hash), i);
    const uint32_t partition = ranked_.Find(key, hash);
    if (partition == KeyIndex::kNone) return OkStatus();
    const uint32_t row =
        identities_.Find(partition, identity_keys_.key(i), identity_keys_.hashes[i]);
    if (row == RowIdentities::kNone) return OkStatus();
    touched_.push_back(partition);
    Touch(partition);
    const size_t place = ranked_.PlaceOf(row);
    TakeOut(row);
    return totals_.Apply({partition, place, row, /*added=*/false},
                         [this](uint32_t r, uint32_t before, uint32_t after) {
                           Emit(ChangeKind::kDelete, r, before, after);
                         });
  }

  Status TakeIn(uint32_t partition, size_t i) {
    std::vector<uint32_t> slots;
    rows_.Add(batch_.columns, std::vector<int32_t>{static_cast<int32_t>(row_)}, &slots);
    const int64_t sequence = cells_.get(sequence_);
    cells_.Set(sequence_, sequence + 1);
    Touch(partition);
    const size_t place = ranked_.Insert(partition, {.row = slots[0],
                                                    .sort_key = sort_keys_.key(i),
                                                    .time = fields_.state_ttl_ms > 0 ? now_ms_ : 0,
                                                    .sequence = static_cast<uint64_t>(sequence)});
    if (identity_) AddIdentity(i, slots[0]);
    const ChangeKind kind = batch_.kind(row_);
    return totals_.Apply(
        {partition, place, slots[0], /*added=*/true},
        [&](uint32_t r, uint32_t before, uint32_t after) { Emit(kind, r, before, after); });
  }

  /// `kind`: of a row that has no result before or after.
  void Emit(ChangeKind kind, uint32_t row, uint32_t before, uint32_t after) {
    constexpr uint32_t kNone = RunningTotals::kNone;
    if (before == kNone || after == kNone) return Add(kind, row, before == kNone ? after : before);
    Add(ChangeKind::kUpdateBefore, row, before);
    Add(ChangeKind::kUpdateAfter, row, after);
  }
  void Add(ChangeKind kind, uint32_t row, uint32_t result) {
    kinds_.push_back(kind);
    causes_.push_back(static_cast<int32_t>(row_));
    changed_.push_back(row);
    results_.push_back(result);
  }

  Result<Batch> Compose() {
    if (kinds_.empty()) return Batch();
    Batch out = batch_.WithColumns({}).Take(causes_);
    TRY_ASSIGN(out.columns, rows_.GatherAll(changed_));
    TRY_ASSIGN(const auto results, totals_.results().GatherAll(results_));
    out.columns.insert(out.columns.end(), results.begin(), results.end());
    out.kinds = OnlyInserts(kinds_) ? nullptr : std::make_shared<std::vector<ChangeKind>>(kinds_);
    kinds_.clear();
    causes_.clear();
    changed_.clear();
    results_.clear();
    return out;
  }

  void Touch(uint32_t partition) {
    if (fields_.state_ttl_ms > 0) expiry_.Touch(partition, now_ms_);
  }
  void TakeOut(uint32_t row) {
    if (identity_) identities_.Remove(row);
    ranked_.Remove(row);
  }
  void Free() {
    ranked_.FreeRemoved();
    totals_.FreeReplaced();
  }
  void AddIdentity(size_t i, uint32_t row) {
    identities_.Add(ranked_.partition_of(row), identity_keys_.key(i), identity_keys_.hashes[i],
                    row);
  }

  PlanNodePtr node_;
  const OrderedOverNode::Fields& fields_;
  const Schema& input_;
  KeyCodec partitions_;
  SortKeys sort_keys_;
  RowStore rows_;
  RankedRows ranked_;
  CellTable cells_;
  size_t sequence_;
  RunningTotals totals_;
  std::optional<KeyCodec> identity_;  // for rows that may be taken back
  RowIdentities identities_;
  ExpiryList expiry_;  // of partitions
  int64_t now_ms_ = 0;

  // Of the batch at hand.
  EncodedKeys partition_keys_;
  EncodedKeys identity_keys_;
  std::vector<uint32_t> touched_;  // partitions that may be empty
  // What goes out.
  std::vector<ChangeKind> kinds_;
  std::vector<int32_t> causes_;
  std::vector<uint32_t> changed_;
  std::vector<uint32_t> results_;
};

}  // namespace

void RegisterOrderedOver(OperatorRegistry* registry) {
  registry->Register(OrderedOverNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<OrderedOver>(node, context);
                     });
}

}  // namespace millrace
