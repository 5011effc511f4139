// SPDX-License-Identifier: Apache-2.0
#include "operators/rank/top_one.h"

#include <algorithm>

#include "base/prefetch.h"
#include "data/key_codec.h"
#include "operators/aggregate/cold_expiry.h"
#include "operators/aggregate/expiry_list.h"
#include "operators/column_types.h"
#include "operators/pending_batch.h"
#include "operators/rank/rank_changes.h"
#include "operators/rank/sort_keys.h"
#include "state/encoding.h"
#include "state/key_table.h"

namespace millrace {
namespace {

/// When a row takes the place of the one that is held.
enum class Replaces {
  kNever,            // the first one by processing time
  kAlways,           // the last one by processing time
  kIfBefore,         // in the order
  kIfBeforeOrEqual,  // the last one by event time
};

struct Plan {
  std::vector<int> keys;
  std::vector<SortKey> order;
  Replaces replaces = Replaces::kIfBefore;
  int64_t ttl_ms = 0;
};

Plan PlanOf(const PlanNodePtr& node) {
  if (const auto* rank = As<RankNode>(node)) {
    return {rank->fields().partition_keys, rank->fields().order, Replaces::kIfBefore,
            rank->fields().state_ttl_ms};
  }
  const DeduplicateNode::Fields& fields = As<DeduplicateNode>(node)->fields();
  Plan plan{fields.keys, {}, Replaces::kNever, fields.state_ttl_ms};
  if (!fields.keep_last) return plan;
  plan.replaces = fields.proctime ? Replaces::kAlways : Replaces::kIfBeforeOrEqual;
  if (!fields.proctime) plan.order = {{fields.time_column, true, false}};
  return plan;
}

class TopOne final : public Operator {
 public:
  TopOne(const PlanNodePtr& node, const OperatorContext& context)
      : plan_(PlanOf(node)),
        keys_(plan_.keys, TypesOf(node->children()[0]->schema(), plan_.keys)),
        sort_keys_(plan_.order, node->children()[0]->schema()),
        read_keys_(sort_keys_),
        rows_(TypesOf(node->children()[0]->schema())),
        table_("row", context.state->track(),
               {.write = [this](uint32_t slot, std::string* out) { Write(slot, out); },
                .read = [this](uint32_t slot, std::string_view bytes) { return Read(slot, bytes); },
                .clear = [this](uint32_t slot) { Clear(slot); },
                .may_be_cold = true,
                .prefetch = [this](uint32_t slot, int step) { PrefetchHeld(slot, step); }}),
        cold_expiry_(plan_.ttl_ms, TouchedOf),
        changes_(/*numbered=*/false) {
    context.state->Register(&table_);
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    keys_.Encode(batch, &encoded_);
    sort_keys_.Encode(batch.columns, batch.num_rows);
    TRY(table_.Load(encoded_));
    for (const uint32_t slot : table_.loaded()) {
      if (!cold_expiry_.IsOver(expiry_.time(slot), now_ms_)) continue;
      table_.Erase(slot);
      Clear(slot);
    }
    taken_rows_.clear();
    taken_slots_.clear();
    FindSlots(batch);
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      PrefetchHeld(static_cast<size_t>(row));
      // What is replaced is known here, and nothing is deleted.
      if (IsAddition(batch.kind(row))) OnRow(static_cast<int32_t>(row));
    }
    for (size_t column = 0; column < batch.columns.size(); ++column) {
      rows_.Set(column, batch.columns[column], taken_rows_, taken_slots_);
    }
    for (const Change& change : made_) {
      if (change.before != RowStore::kNone) {
        changes_.Add(ChangeKind::kUpdateBefore, change.cause, change.before, 0);
      }
      const bool first = change.before == RowStore::kNone;
      changes_.Add(first ? ChangeKind::kInsert : ChangeKind::kUpdateAfter, change.cause,
                   change.after, 0);
    }
    made_.clear();
    TRY_ASSIGN(Batch changed, changes_.Compose(batch, rows_));
    pending_.Set(std::move(changed));
    for (const uint32_t row : replaced_) rows_.Free(row);
    replaced_.clear();
    return Continue(output);
  }

  bool more() const override { return !pending_.empty(); }

  Status Continue(Output* output) override {
    pending_.PushTo(output);
    return OkStatus();
  }

  Status OnTime(int64_t now_ms, Output*) override {
    now_ms_ = now_ms;
    if (plan_.ttl_ms == 0) return OkStatus();
    while (const auto slot = expiry_.PopBefore(now_ms - plan_.ttl_ms + 1)) {
      table_.Erase(*slot);
      Clear(*slot);
    }
    return cold_expiry_.Sweep(now_ms, &table_);
  }

  Status OnRestore() override {
    if (plan_.ttl_ms != 0) expiry_.Sort();
    return OkStatus();
  }

 private:
  struct Held {
    uint32_t row = RowStore::kNone;
    std::string sort_key;
  };
  struct Change {
    int32_t cause = 0;
    uint32_t before = RowStore::kNone;
    uint32_t after = 0;
  };

  void Fit() {
    if (held_.size() < table_.slot_limit()) held_.resize(table_.slot_limit());
  }

  bool Takes(const Held& held, std::string_view sort_key) const {
    switch (plan_.replaces) {
      case Replaces::kNever: return false;
      case Replaces::kAlways: return true;
      case Replaces::kIfBefore: return sort_key < held.sort_key;
      case Replaces::kIfBeforeOrEqual: return sort_key <= held.sort_key;
    }
    return false;
  }

  /// Keys come in by rows that add only.
  void FindSlots(const Batch& batch) {
    if (batch.kinds == nullptr) return table_.FindOrInsert(encoded_, &slots_);
    table_.Find(encoded_, &slots_);
  }

  /// Of a batch row some rows ahead.
  void PrefetchHeld(size_t i) const {
    constexpr size_t kAhead = 12;
    if (i + kAhead >= slots_.size() || slots_[i + kAhead] == KeyTable::kNone) return;
    PrefetchLine(held_.data() + slots_[i + kAhead]);
  }
  void PrefetchHeld(uint32_t slot, int step) const {
    if (step == 0) return PrefetchLine(held_.data() + slot);
    if (held_[slot].row != RowStore::kNone) rows_.Prefetch(held_[slot].row);
  }

  void OnRow(int32_t row) {
    const auto i = static_cast<size_t>(row);
    const uint32_t slot = slots_[i] != KeyTable::kNone
                              ? slots_[i]
                              : table_.FindOrInsert(encoded_.key(i), encoded_.hashes[i]);
    Fit();
    Held& held = held_[slot];
    if (held.row != RowStore::kNone && !Takes(held, sort_keys_.key(i))) return;
    rows_.AddSlots(1, &taken_slots_);
    taken_rows_.push_back(row);
    const uint32_t taken = taken_slots_.back();
    made_.push_back({row, held.row, taken});
    if (held.row != RowStore::kNone) replaced_.push_back(held.row);
    held.row = taken;
    held.sort_key.assign(sort_keys_.key(i));
    table_.MarkDirty(slot);
    if (plan_.ttl_ms != 0) expiry_.Touch(slot, now_ms_);
  }

  void Write(uint32_t slot, std::string* out) const {
    PutVarint(static_cast<uint64_t>(expiry_.time(slot)), out);
    PutVarint(0, out);
    rows_.Write(held_[slot].row, out);
  }

  static std::optional<int64_t> TouchedOf(std::string_view value) {
    uint64_t touched_ms = 0;
    if (!GetVarint(&value, &touched_ms)) return std::nullopt;
    return static_cast<int64_t>(touched_ms);
  }

  Status Read(uint32_t slot, std::string_view bytes) {
    Fit();
    uint64_t time = 0;
    uint64_t number = 0;
    if (!GetVarint(&bytes, &time) || !GetVarint(&bytes, &number)) {
      return CorruptStateEntry(table_.name());
    }
    Clear(slot);
    Held& held = held_[slot];
    TRY_ASSIGN(held.row, rows_.Read(bytes));
    // A start with a time-to-live that the run before did not have counts from now on.
    if (plan_.ttl_ms != 0) expiry_.Place(slot, static_cast<int64_t>(time));
    if (plan_.order.empty()) return OkStatus();
    std::vector<std::shared_ptr<arrow::Array>> columns(rows_.columns());
    for (const SortKey& key : plan_.order) {
      const auto column = static_cast<size_t>(key.column);
      TRY_ASSIGN(columns[column], rows_.Gather(column, std::span(&held.row, 1)));
    }
    read_keys_.Encode(columns, 1);
    held.sort_key.assign(read_keys_.key(0));
    return OkStatus();
  }

  void Clear(uint32_t slot) {
    Fit();
    expiry_.Remove(slot);
    if (held_[slot].row != RowStore::kNone) rows_.Free(held_[slot].row);
    held_[slot] = {};
  }

  Plan plan_;
  KeyCodec keys_;
  SortKeys sort_keys_;  // of the batch at hand
  SortKeys read_keys_;  // of a row that is read back
  RowStore rows_;
  KeyTable table_;
  ColdExpiry cold_expiry_;
  std::vector<Held> held_;  // by slot
  ExpiryList expiry_;
  int64_t now_ms_ = 0;

  // Of the batch at hand.
  EncodedKeys encoded_;
  std::vector<uint32_t> slots_;  // of its keys, kNone if one comes in later
  std::vector<int32_t> taken_rows_;
  std::vector<uint32_t> taken_slots_;
  std::vector<Change> made_;
  std::vector<uint32_t> replaced_;
  RankChanges changes_;
  PendingBatch pending_;
};

}  // namespace

std::unique_ptr<Operator> MakeTopOne(const PlanNodePtr& node, const OperatorContext& context) {
  return std::make_unique<TopOne>(node, context);
}

}  // namespace millrace
