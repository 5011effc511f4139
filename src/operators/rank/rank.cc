// SPDX-License-Identifier: Apache-2.0
// Rank: Top-N. The changelog is Flink's, row by row: where the number of a row is not asked for and
// the range begins at 1, a row that is displaced goes (-D) and one that comes into the range comes
// (+I); else each number whose row changes is updated (-U, +U).
//
// What is kept depends on the input: of rows that only come, those of the range; of rows that are
// only replaced by better ones likewise, each found by its key; else all rows, since one that is
// taken back lets others in. Partitions that nobody asks for may lie on the disk. Rows are copied
// when they are taken in, and freed when the changes that name them are composed.
#include <optional>

#include "data/key_codec.h"
#include "operators/aggregate/expiry_list.h"
#include "operators/builtin.h"
#include "operators/cold_sweep.h"
#include "operators/column_types.h"
#include "operators/rank/rank_changes.h"
#include "operators/rank/ranked_rows.h"
#include "operators/rank/row_identities.h"
#include "operators/rank/top_one.h"
#include "operators/stepped_operator.h"
#include "state/cell_table.h"

namespace millrace {
namespace {

class Rank final : public SteppedOperator {
 public:
  Rank(const PlanNodePtr& node, const OperatorContext& context)
      : node_(node),
        rank_(*As<RankNode>(node_)),
        fields_(rank_.fields()),
        input_(node_->children()[0]->schema()),
        by_number_(!fields_.number.empty() || fields_.range.first > 1),
        partitions_(fields_.partition_keys, TypesOf(input_, fields_.partition_keys)),
        sort_keys_(fields_.order, input_),
        rows_(TypesOf(input_)),
        ranked_("rows", context.state->track(), &rows_, RankedRows::Partitions::kMayBeCold),
        cells_("sequence", context.state->track()),
        sequence_(cells_.Add("sequence", 0, CellTable::Rule::kGreatest)),
        changes_(!fields_.number.empty()) {
    context.state->Register(&ranked_);
    context.state->Register(&cells_);
    ranked_.set_evicted([this](uint32_t row) { Forget(row); });
    if (rank_.strategy() == RankStrategy::kAppendFast) return;
    const std::vector<int> columns =
        rank_.strategy() == RankStrategy::kRetract ? AllColumns(input_) : rank_.row_key();
    identity_.emplace(columns, TypesOf(input_, columns));
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    if (batch.num_rows == 0) return OkStatus();
    batch_ = std::move(batch);
    row_ = 0;
    partitions_.Encode(batch_, &partition_keys_);
    TRY(Load());
    sort_keys_.Encode(batch_.columns, batch_.num_rows);
    if (identity_) identity_->Encode(batch_, &identity_keys_);
    return Continue(output);
  }

  Status OnTime(int64_t now_ms, Output*) override {
    now_ms_ = now_ms;
    if (fields_.state_ttl_ms == 0) return OkStatus();
    Expire();
    if (!sweep_.IsTime(now_ms)) return OkStatus();
    return ranked_.Sweep(ColdSweep::kEntries, now_ms - fields_.state_ttl_ms + 1);
  }

  Status OnRestore() override {
    TRY(ranked_.Restored(&sort_keys_,
                         [this](std::span<const uint32_t> rows) { return AddRestored(rows); }));
    if (fields_.state_ttl_ms > 0) expiry_.Sort();
    return OkStatus();
  }

 private:
  void Expire() {
    while (const auto row = expiry_.PopBefore(now_ms_ - fields_.state_ttl_ms + 1)) {
      const uint32_t partition = ranked_.partition_of(*row);
      TakeOut(*row);
      ranked_.EndPartition(partition);
    }
    ranked_.FreeRemoved();
  }

  /// What lies on the disk of the partitions of the batch at hand.
  Status Load() {
    TRY(ranked_.Load(partition_keys_, &sort_keys_,
                     [this](std::span<const uint32_t> rows) { return AddRestored(rows); }));
    if (fields_.state_ttl_ms > 0) Expire();
    return OkStatus();
  }

  Status AddRestored(std::span<const uint32_t> rows) {
    for (const uint32_t row : rows) {
      if (fields_.state_ttl_ms > 0) expiry_.Place(row, ranked_.time_of(row));
    }
    if (!identity_) return OkStatus();
    Batch part;
    part.num_rows = static_cast<int64_t>(rows.size());
    TRY_ASSIGN(part.columns, rows_.GatherAll(rows));
    identity_->Encode(part, &identity_keys_);
    for (size_t i = 0; i < rows.size(); ++i) AddIdentity(i, rows[i]);
    return OkStatus();
  }

  /// Processes the next rows and makes what goes out.
  Status Step() override {
    taken_rows_.clear();
    taken_slots_.clear();
    touched_.clear();
    for (; row_ < batch_.num_rows && !changes_.full(); ++row_) OnRow(static_cast<size_t>(row_));
    for (size_t column = 0; column < batch_.columns.size(); ++column) {
      rows_.Set(column, batch_.columns[column], taken_rows_, taken_slots_);
    }
    TRY_ASSIGN(Batch changed, changes_.Compose(batch_, rows_));
    pending_.Set(std::move(changed));
    ranked_.FreeRemoved();
    for (const uint32_t partition : touched_) ranked_.EndPartition(partition);
    if (row_ == batch_.num_rows) batch_ = Batch();
    return OkStatus();
  }

  void OnRow(size_t i) {
    const bool adds = IsAddition(batch_.kind(row_));
    if (rank_.strategy() == RankStrategy::kUpdateFast && !adds) return;
    const std::string_view key = partition_keys_.key(i);
    const uint64_t hash = partition_keys_.hashes[i];
    if (!adds) {
      const uint32_t partition = ranked_.Find(key, hash);
      if (partition != KeyIndex::kNone) TakeBack(partition, i);
      return;
    }
    const uint32_t partition = ranked_.Partition(key, hash);
    if (rank_.strategy() == RankStrategy::kUpdateFast) {
      const uint32_t old = FindIdentity(partition, i);
      if (old != RowIdentities::kNone) return Improve(partition, i, old);
    }
    if (rank_.strategy() != RankStrategy::kRetract && IsBeyond(partition, i)) return;
    const size_t place = TakeIn(partition, i);
    Entered(partition, static_cast<int64_t>(place) + 1);
    if (rank_.strategy() != RankStrategy::kRetract) Trim(partition);
  }

  /// The range is full, and the row does not come before its last one.
  bool IsBeyond(uint32_t partition, size_t i) const {
    const auto last = static_cast<size_t>(fields_.range.last);
    if (ranked_.size(partition) < last) return false;
    return sort_keys_.key(i) >= ranked_.sort_key(ranked_.At(partition, last - 1));
  }

  uint32_t NewRow() {
    rows_.AddSlots(1, &taken_slots_);
    taken_rows_.push_back(static_cast<int32_t>(row_));
    return taken_slots_.back();
  }

  size_t TakeIn(uint32_t partition, size_t i) {
    const uint32_t row = NewRow();
    const int64_t sequence = cells_.get(sequence_);
    cells_.Set(sequence_, sequence + 1);
    const bool expires = fields_.state_ttl_ms > 0;
    const size_t place = ranked_.Insert(partition, {.row = row,
                                                    .sort_key = sort_keys_.key(i),
                                                    .time = expires ? now_ms_ : 0,
                                                    .sequence = static_cast<uint64_t>(sequence)});
    if (expires) expiry_.Touch(row, now_ms_);
    if (identity_) AddIdentity(i, row);
    return place;
  }

  void TakeOut(uint32_t row) {
    Forget(row);
    ranked_.Remove(row);
  }
  void Forget(uint32_t row) {
    if (identity_) identities_.Remove(row);
    if (fields_.state_ttl_ms > 0) expiry_.Remove(row);
  }

  static constexpr uint32_t kNone = RankedRows::kNone;

  void AddIdentity(size_t i, uint32_t row) {
    identities_.Add(ranked_.partition_of(row), identity_keys_.key(i), identity_keys_.hashes[i],
                    row);
  }
  uint32_t FindIdentity(uint32_t partition, size_t i) {
    return identities_.Find(partition, identity_keys_.key(i), identity_keys_.hashes[i]);
  }

  uint32_t RowOf(uint32_t partition, int64_t rank) const {
    return ranked_.At(partition, static_cast<size_t>(rank - 1));
  }
  void Emit(ChangeKind kind, uint32_t row, int64_t rank) {
    changes_.Add(kind, static_cast<int32_t>(row_), row, rank);
  }
  void EmitInRange(ChangeKind kind, uint32_t row, int64_t rank) {
    if (fields_.range.Contains(rank)) Emit(kind, row, rank);
  }
  void Update(uint32_t from, uint32_t to, int64_t rank) {
    Emit(ChangeKind::kUpdateBefore, from, rank);
    Emit(ChangeKind::kUpdateAfter, to, rank);
  }

  /// A row has come in at that rank.
  void Entered(uint32_t partition, int64_t rank) {
    const RankRange& range = fields_.range;
    if (rank > range.last) return;
    if (!by_number_) {
      const uint32_t displaced = RowOf(partition, range.last + 1);
      if (displaced != RankedRows::kNone) Emit(ChangeKind::kDelete, displaced, 0);
      return Emit(ChangeKind::kInsert, RowOf(partition, rank), 0);
    }
    const auto count = static_cast<int64_t>(ranked_.size(partition));
    for (int64_t r = std::max(rank, range.first); r <= range.last && r <= count; ++r) {
      if (r == count) return Emit(ChangeKind::kInsert, RowOf(partition, r), r);
      Update(RowOf(partition, r + 1), RowOf(partition, r), r);
    }
  }

  /// The row that had that rank has gone.
  void Left(uint32_t partition, int64_t rank, uint32_t row) {
    const RankRange& range = fields_.range;
    if (rank > range.last) return;
    const auto count = static_cast<int64_t>(ranked_.size(partition));
    if (!by_number_) {
      Emit(ChangeKind::kDelete, row, 0);
      if (count >= range.last) Emit(ChangeKind::kInsert, RowOf(partition, range.last), 0);
      return;
    }
    for (int64_t r = std::max(rank, range.first); r <= range.last && r <= count + 1; ++r) {
      const uint32_t before = r == rank ? row : RowOf(partition, r - 1);
      if (r == count + 1) return Emit(ChangeKind::kDelete, before, r);
      Update(before, RowOf(partition, r), r);
    }
  }

  /// Rows beyond the range cannot come into it any more.
  void Trim(uint32_t partition) {
    const auto last = static_cast<size_t>(fields_.range.last);
    while (ranked_.size(partition) > last) TakeOut(ranked_.At(partition, last));
  }

  void TakeBack(uint32_t partition, size_t i) {
    const uint32_t row = FindIdentity(partition, i);
    if (row == RowIdentities::kNone) return;
    const auto rank = static_cast<int64_t>(ranked_.PlaceOf(row)) + 1;
    TakeOut(row);
    Left(partition, rank, row);
    touched_.push_back(partition);
  }

  /// A row of the range is replaced by one that does not come later.
  void Improve(uint32_t partition, size_t i, uint32_t old) {
    const auto from = static_cast<int64_t>(ranked_.PlaceOf(old)) + 1;
    if (ranked_.sort_key(old) == sort_keys_.key(i)) return ReplaceInPlace(i, old, from);
    TakeOut(old);
    const auto to = static_cast<int64_t>(TakeIn(partition, i)) + 1;
    if (!by_number_) return Update(old, RowOf(partition, to), 0);
    // Of the rows in between each is one further; should the row come later, one nearer.
    for (int64_t r = std::min(from, to); r < std::max(from, to); ++r) {
      const bool first = r == to;
      const uint32_t before = to < from ? RowOf(partition, r + 1) : r == from ? old : kNone;
      if (fields_.range.Contains(r)) {
        Emit(ChangeKind::kUpdateBefore, before == kNone ? RowOf(partition, r - 1) : before, r);
      }
      // The row leaves its old place before it takes the new one.
      if (first) EmitInRange(ChangeKind::kUpdateBefore, old, from);
      EmitInRange(ChangeKind::kUpdateAfter, RowOf(partition, r), r);
    }
    const int64_t last = std::max(from, to);
    if (from == to) EmitInRange(ChangeKind::kUpdateBefore, old, from);
    if (to > from) EmitInRange(ChangeKind::kUpdateBefore, RowOf(partition, last - 1), last);
    EmitInRange(ChangeKind::kUpdateAfter, RowOf(partition, last), last);
  }

  void ReplaceInPlace(size_t i, uint32_t old, int64_t rank) {
    const uint32_t row = NewRow();
    identities_.Remove(old);
    const bool expires = fields_.state_ttl_ms > 0;
    ranked_.Replace(old, row, expires ? now_ms_ : 0);
    if (expires) expiry_.Remove(old);
    if (expires) expiry_.Touch(row, now_ms_);
    AddIdentity(i, row);
    if (!by_number_ || fields_.range.Contains(rank)) Update(old, row, rank);
  }

  PlanNodePtr node_;
  const RankNode& rank_;
  const RankNode::Fields& fields_;
  const Schema& input_;
  bool by_number_;  // numbers decide what goes out
  KeyCodec partitions_;
  SortKeys sort_keys_;
  RowStore rows_;
  RankedRows ranked_;
  CellTable cells_;
  size_t sequence_;
  std::optional<KeyCodec> identity_;
  RowIdentities identities_;
  ExpiryList expiry_;  // of rows
  int64_t now_ms_ = 0;
  ColdSweep sweep_;

  // Of the batch at hand.
  EncodedKeys partition_keys_;
  EncodedKeys identity_keys_;
  // Of one step.
  std::vector<int32_t> taken_rows_;  // rows of the batch that were taken in, and where they lie
  std::vector<uint32_t> taken_slots_;
  std::vector<uint32_t> touched_;  // partitions that may be empty
  RankChanges changes_;
};

}  // namespace

void RegisterRank(OperatorRegistry* registry) {
  registry->Register(RankNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       if (As<RankNode>(node)->keeps_one_row()) return MakeTopOne(node, context);
                       return std::make_unique<Rank>(node, context);
                     });
}

}  // namespace millrace
