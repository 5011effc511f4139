// SPDX-License-Identifier: Apache-2.0
// Materialize: of the rows that a key has at a time, the one that came last. A row that comes is
// sent (+I for the first one, else +U); when the last one is taken back, the one before it is sent
// again (+U), or the key goes (-D). A row in between goes without a word. As in Flink.
#include "data/key_codec.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/rank/rank_changes.h"
#include "operators/rank/ranked_rows.h"
#include "operators/rank/row_identities.h"
#include "operators/stepped_operator.h"
#include "plan/nodes/changelog_nodes.h"
#include "state/cell_table.h"

namespace millrace {
namespace {

class Materialize final : public SteppedOperator {
 public:
  Materialize(const PlanNodePtr& node, const OperatorContext& context)
      : node_(node),
        schema_(node_->schema()),
        keys_(As<MaterializeNode>(node_)->keys(),
              TypesOf(schema_, As<MaterializeNode>(node_)->keys())),
        whole_(AllColumns(schema_), TypesOf(schema_)),
        arrival_({}, schema_),
        rows_(TypesOf(schema_)),
        held_("rows", context.state->track(), &rows_),
        cells_("sequence", context.state->track()),
        sequence_(cells_.Add("sequence", 0, CellTable::Rule::kGreatest)),
        changes_(/*numbered=*/false) {
    context.state->Register(&held_);
    context.state->Register(&cells_);
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    if (batch.num_rows == 0) return OkStatus();
    batch_ = std::move(batch);
    row_ = 0;
    keys_.Encode(batch_, &encoded_keys_);
    whole_.Encode(batch_, &encoded_rows_);
    return Continue(output);
  }

  Status OnRestore() override {
    return held_.Restored(&arrival_, [this](std::span<const uint32_t> rows) -> Status {
      Batch part;
      part.num_rows = static_cast<int64_t>(rows.size());
      TRY_ASSIGN(part.columns, rows_.GatherAll(rows));
      whole_.Encode(part, &encoded_rows_);
      for (size_t i = 0; i < rows.size(); ++i) AddIdentity(held_.partition_of(rows[i]), i, rows[i]);
      return OkStatus();
    });
  }

 private:
  Status Step() override {
    std::vector<uint32_t> touched;
    taken_rows_.clear();
    taken_slots_.clear();
    for (; row_ < batch_.num_rows && !changes_.full(); ++row_) {
      const auto i = static_cast<size_t>(row_);
      const std::string_view key = encoded_keys_.key(i);
      const uint64_t hash = encoded_keys_.hashes[i];
      if (IsAddition(batch_.kind(row_))) {
        TakeIn(held_.Partition(key, hash), i);
        continue;
      }
      const uint32_t partition = held_.Find(key, hash);
      if (partition == KeyIndex::kNone) continue;
      TakeBack(partition, i);
      touched.push_back(partition);
    }
    for (size_t column = 0; column < batch_.columns.size(); ++column) {
      rows_.Set(column, batch_.columns[column], taken_rows_, taken_slots_);
    }
    TRY_ASSIGN(Batch changed, changes_.Compose(batch_, rows_));
    pending_.Set(std::move(changed));
    held_.FreeRemoved();
    for (const uint32_t partition : touched) held_.EndPartition(partition);
    if (row_ == batch_.num_rows) batch_ = Batch();
    return OkStatus();
  }

  void TakeIn(uint32_t partition, size_t i) {
    rows_.AddSlots(1, &taken_slots_);
    taken_rows_.push_back(static_cast<int32_t>(row_));
    const uint32_t row = taken_slots_.back();
    const int64_t sequence = cells_.get(sequence_);
    cells_.Set(sequence_, sequence + 1);
    const bool first = held_.size(partition) == 0;
    held_.Insert(
        partition,
        {.row = row, .sort_key = {}, .time = 0, .sequence = static_cast<uint64_t>(sequence)});
    AddIdentity(partition, i, row);
    Send(first ? ChangeKind::kInsert : ChangeKind::kUpdateAfter, row);
  }

  void TakeBack(uint32_t partition, size_t i) {
    const uint32_t row = identities_.Find(partition, encoded_rows_.key(i), encoded_rows_.hashes[i]);
    if (row == RowIdentities::kNone) return;
    const size_t place = held_.PlaceOf(row);
    identities_.Remove(row);
    held_.Remove(row);
    const size_t left = held_.size(partition);
    if (left == 0) return Send(ChangeKind::kDelete, row);
    if (place == left) Send(ChangeKind::kUpdateAfter, held_.At(partition, left - 1));
  }

  void Send(ChangeKind kind, uint32_t row) {
    changes_.Add(kind, static_cast<int32_t>(row_), row, 0);
  }
  void AddIdentity(uint32_t partition, size_t i, uint32_t row) {
    identities_.Add(partition, encoded_rows_.key(i), encoded_rows_.hashes[i], row);
  }

  PlanNodePtr node_;
  const Schema& schema_;
  KeyCodec keys_;
  KeyCodec whole_;
  SortKeys arrival_;  // no columns: the order is that of arrival
  RowStore rows_;
  RankedRows held_;
  CellTable cells_;
  size_t sequence_;
  RowIdentities identities_;

  // Of the batch at hand.
  EncodedKeys encoded_keys_;
  EncodedKeys encoded_rows_;
  // Of one step: rows of the batch that were taken in, and where they lie.
  std::vector<int32_t> taken_rows_;
  std::vector<uint32_t> taken_slots_;
  RankChanges changes_;
};

}  // namespace

void RegisterMaterialize(OperatorRegistry* registry) {
  registry->Register(MaterializeNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<Materialize>(node, context);
                     });
}

}  // namespace millrace
