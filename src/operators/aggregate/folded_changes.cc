// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/folded_changes.h"

#include <arrow/api.h>

#include <numeric>
#include <utility>

#include "data/take.h"
#include "functions/aggregate_failures.h"
#include "operators/aggregate/row_equality.h"
#include "operators/change_kinds.h"
#include "operators/row_failures.h"

namespace millrace {
namespace {

constexpr char kNotHeldByte = 0;
constexpr char kNothingByte = 1;
constexpr char kRowByte = 2;

/// Puts rows of keys and results together.
class ChangeRows {
 public:
  void Add(ChangeKind kind, std::string_view key, int32_t result) {
    kinds_->push_back(kind);
    keys_.push_back(key);
    results_.push_back(result);
  }

  Result<Batch> Compose(const KeyCodec& codec, const AggregateStates::Columns& results) {
    Batch batch;
    batch.num_rows = static_cast<int64_t>(keys_.size());
    TRY_ASSIGN(batch.columns, codec.Decode(keys_));
    for (const auto& column : results) batch.columns.push_back(TakeRows(*column, results_));
    batch.kinds = OnlyInserts(*kinds_) ? nullptr : std::move(kinds_);
    return batch;
  }

 private:
  std::shared_ptr<std::vector<ChangeKind>> kinds_ = std::make_shared<std::vector<ChangeKind>>();
  std::vector<std::string_view> keys_;
  std::vector<int32_t> results_;
};

}  // namespace

FoldedChanges::FoldedChanges(GroupStates* groups, const std::vector<AggregateCall>* calls,
                             const OperatorContext* context, const Schema* input, bool sends_equal)
    : groups_(groups),
      context_(context),
      input_(input),
      sends_equal_(sends_equal),
      results_(ResultTypes(*calls)) {}

void FoldedChanges::Set(uint32_t slot, uint32_t sent) {
  if (slot >= sent_.size()) sent_.resize(groups_->table().slot_limit(), kNotHeld);
  sent_[slot] = sent;
}

void FoldedChanges::Hold(uint32_t slot) {
  if (holds(slot)) return;
  Set(slot, kNothing);
  if (groups_->count(slot) > 0) known_slots_.push_back(slot);
}

bool FoldedChanges::Add(int32_t row, uint32_t slot, bool adds) {
  if (!adds && groups_->count(slot) == 0) return false;
  Hold(slot);
  groups_->AddRows(slot, adds ? 1 : -1);
  rows_.push_back(row);
  slots_.push_back(slot);
  signs_.push_back(adds ? 1 : -1);
  retracts_ |= !adds;
  return true;
}

Status FoldedChanges::HoldResults() {
  if (known_slots_.empty()) return OkStatus();
  TRY_ASSIGN(const auto columns, groups_->states().Finish(known_slots_));
  std::vector<int32_t> rows(known_slots_.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<uint32_t> held;
  results_.Add(columns, rows, &held);
  for (size_t i = 0; i < held.size(); ++i) sent_[known_slots_[i]] = held[i];
  known_slots_.clear();
  return OkStatus();
}

Status FoldedChanges::Apply(const Batch& batch) {
  TRY(HoldResults());
  TRY(groups_->states().Update(
      {.columns = batch.columns,
       .rows = rows_,
       .slots = slots_,
       .signs = retracts_ ? std::span<const int8_t>(signs_) : std::span<const int8_t>(),
       .sequence = {}}));
  if (const RowErrors errors = TakeAggregateFailures(); !errors.empty()) {
    TRY(ReportRowErrors(*context_, errors, batch, *input_));
  }
  rows_.clear();
  slots_.clear();
  signs_.clear();
  retracts_ = false;
  return OkStatus();
}

Result<Batch> FoldedChanges::Take(std::span<const uint32_t> slots, const KeyCodec& keys) {
  std::vector<uint32_t> sent;
  for (const uint32_t slot : slots) {
    if (sent_[slot] != kNothing) sent.push_back(sent_[slot]);
  }
  TRY_ASSIGN(auto columns, results_.GatherAll(sent));
  TRY_ASSIGN(const auto now, groups_->states().Finish(slots));
  for (size_t i = 0; i < columns.size(); ++i) {
    auto both = arrow::Concatenate({columns[i], now[i]});
    if (!both.ok()) return InternalError("group results", both.status().ToString());
    columns[i] = *both;
  }
  const RowEquality equality(columns);
  ChangeRows changes;
  int32_t before = 0;
  for (size_t i = 0; i < slots.size(); ++i) {
    const uint32_t slot = slots[i];
    const std::string_view key = groups_->table().key(slot);
    const auto after = static_cast<int32_t>(sent.size() + i);
    const bool lives = groups_->count(slot) > 0;
    if (sent_[slot] == kNothing) {
      if (lives) changes.Add(ChangeKind::kInsert, key, after);
      continue;
    }
    if (!lives) {
      changes.Add(ChangeKind::kDelete, key, before);
    } else if (sends_equal_ || !equality.Equal(before, after)) {
      changes.Add(ChangeKind::kUpdateBefore, key, before);
      changes.Add(ChangeKind::kUpdateAfter, key, after);
    }
    ++before;
  }
  TRY_ASSIGN(Batch batch, changes.Compose(keys, columns));
  for (const uint32_t slot : slots) {
    Forget(slot);
    if (groups_->count(slot) == 0) groups_->End(slot);
  }
  return batch;
}

void FoldedChanges::Write(uint32_t slot, std::string* out) const {
  if (!holds(slot)) {
    out->push_back(kNotHeldByte);
  } else if (sent_[slot] == kNothing) {
    out->push_back(kNothingByte);
  } else {
    out->push_back(kRowByte);
    results_.Write(sent_[slot], out);
  }
}

bool FoldedChanges::Read(uint32_t slot, std::string_view* bytes) {
  if (bytes->empty()) return false;
  const char kind = bytes->front();
  bytes->remove_prefix(1);
  Forget(slot);
  if (kind == kNothingByte) Set(slot, kNothing);
  if (kind != kRowByte) return kind == kNotHeldByte || kind == kNothingByte;
  const auto row = results_.ReadFront(bytes);
  if (row) Set(slot, *row);
  return row.has_value();
}

void FoldedChanges::Forget(uint32_t slot) {
  if (!holds(slot)) return;
  if (sent_[slot] != kNothing) results_.Free(sent_[slot]);
  sent_[slot] = kNotHeld;
}

}  // namespace millrace
