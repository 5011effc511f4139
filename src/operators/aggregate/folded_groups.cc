// SPDX-License-Identifier: Apache-2.0
// FoldedGroups: GROUP BY with table.exec.mini-batch. The changes of a key in a bundle go out as
// one.
//
// Rows may have been folded before on the shards they come from (PartialGroups): then each is a key
// and what its rows have added up to, which is merged into the group.
#include <arrow/api.h>

#include <algorithm>
#include <utility>

#include "operators/aggregate/bundle_operator.h"
#include "operators/aggregate/folded_changes.h"
#include "operators/aggregate/group_operators.h"
#include "operators/aggregate/partial_rows.h"
#include "operators/column_types.h"

namespace millrace {
namespace {

/// State with a time-to-live does not go while changes of it are held.
MiniBatch BoundsOf(const GroupAggregateNode& group) {
  MiniBatch bounds = group.fields().mini_batch;
  if (group.state_ttl_ms() != 0) {
    bounds.latency_ms = std::min(bounds.latency_ms, group.state_ttl_ms());
  }
  return bounds;
}

class FoldedGroups final : public BundleOperator {
 public:
  FoldedGroups(PlanNodePtr node, const OperatorContext& context)
      : BundleOperator(BoundsOf(*As<GroupAggregateNode>(node))),
        context_(context),
        node_(std::move(node)),
        group_(*As<GroupAggregateNode>(node_)),
        codec_(group_.keys(), TypesOf(node_->children()[0]->schema(), group_.keys())),
        groups_("groups", &group_.calls(), group_.state_ttl_ms(), context.state),
        changes_(&groups_, &group_.calls(), &context_, &node_->children()[0]->schema(),
                 group_.state_ttl_ms() != 0),
        partials_(&group_.calls()) {}

  Status OnRestore() override {
    groups_.Restored();
    return OkStatus();
  }

 protected:
  Status BeginBatch(const Batch& batch) override {
    codec_.Encode(batch, &keys_);
    TRY(groups_.Load(keys_));
    if (batch.kinds == nullptr) groups_.FindOrInsert(keys_, &slots_);
    return OkStatus();
  }

  Status Fold(const Batch& batch, int64_t begin, int64_t end) override {
    if (group_.fields().merges_partials) return Merge(batch, begin, end);
    for (int64_t row = begin; row < end; ++row) {
      const auto i = static_cast<size_t>(row);
      const bool adds = batch.kinds == nullptr || IsAddition(batch.kind(row));
      const uint32_t slot = batch.kinds == nullptr ? slots_[i] : FindGroup(i, adds);
      if (slot == KeyTable::kNone) continue;
      const bool held = changes_.holds(slot);
      if (changes_.Add(static_cast<int32_t>(row), slot, adds) && !held) changed_.push_back(slot);
    }
    return changes_.empty() ? OkStatus() : changes_.Apply(batch);
  }

  Result<Batch> EndBundle() override { return changes_.Take(std::exchange(changed_, {}), codec_); }

  Status Expire(int64_t now_ms) override { return groups_.Expire(now_ms); }

 private:
  uint32_t FindGroup(size_t i, bool adds) {
    return adds ? groups_.FindOrInsert(keys_.key(i), keys_.hashes[i])
                : groups_.Find(keys_.key(i), keys_.hashes[i]);
  }

  Status Merge(const Batch& batch, int64_t begin, int64_t end) {
    const auto first = slots_.begin() + begin;
    const std::vector<uint32_t> slots(first, slots_.begin() + end);
    for (const uint32_t slot : slots) {
      if (!changes_.holds(slot)) changed_.push_back(slot);
      changes_.Hold(slot);
    }
    TRY(changes_.HoldResults());
    for (int64_t row = begin; row < end; ++row) {
      const uint32_t slot = slots_[static_cast<size_t>(row)];
      TRY_ASSIGN(const int64_t count, partials_.Read(*batch.columns.back(), row));
      groups_.AddRows(slot, count);
      TRY(groups_.states().Merge(slot, partials_.states(), PartialRows::kSlot));
    }
    return OkStatus();
  }

  OperatorContext context_;
  PlanNodePtr node_;
  const GroupAggregateNode& group_;
  KeyCodec codec_;
  GroupStates groups_;
  FoldedChanges changes_;
  PartialRows partials_;
  std::vector<uint32_t> changed_;  // groups with changes

  // Of the batch at hand.
  EncodedKeys keys_;
  std::vector<uint32_t> slots_;
};

}  // namespace

Result<std::unique_ptr<Operator>> MakeFoldedGroups(const PlanNodePtr& node,
                                                   const OperatorContext& context) {
  return std::make_unique<FoldedGroups>(node, context);
}

}  // namespace millrace
