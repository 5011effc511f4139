// SPDX-License-Identifier: Apache-2.0
// GroupAggregate: GROUP BY without a window. The changelog is Flink's, row by row (RunningChanges).
// A retraction for an unknown group is ignored.
#include "data/key_codec.h"
#include "operators/aggregate/group_operators.h"
#include "operators/aggregate/group_states.h"
#include "operators/aggregate/running_changes.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/pending_batch.h"
#include "plan/nodes/aggregate_nodes.h"

namespace millrace {
namespace {

class GroupAggregate final : public Operator {
 public:
  GroupAggregate(PlanNodePtr node, const OperatorContext& context)
      : context_(context),
        node_(std::move(node)),
        group_(*As<GroupAggregateNode>(node_)),
        codec_(group_.keys(), TypesOf(node_->children()[0]->schema(), group_.keys())),
        groups_("groups", &group_.calls(), group_.state_ttl_ms(), context.state),
        changes_(&groups_, &context_, &node_->children()[0]->schema(), group_.state_ttl_ms() != 0) {
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    codec_.Encode(batch, &keys_);
    TRY(groups_.Load(keys_));
    FindGroups(batch);
    TRY_ASSIGN(Batch changes, changes_.Apply(batch, group_.keys()));
    pending_.Set(std::move(changes));
    return Continue(output);
  }

  bool more() const override { return !pending_.empty(); }

  Status Continue(Output* output) override {
    pending_.PushTo(output);
    return OkStatus();
  }

  Status OnTime(int64_t now_ms, Output*) override { return groups_.Expire(now_ms); }

  Status OnRestore() override {
    groups_.Restored();
    return OkStatus();
  }

 private:
  void FindGroups(const Batch& batch) {
    const bool inserts_only = batch.kinds == nullptr;
    if (inserts_only) groups_.FindOrInsert(keys_, &slots_);
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const auto i = static_cast<size_t>(row);
      const bool adds = inserts_only || IsAddition(batch.kind(row));
      uint32_t slot = KeyTable::kNone;
      if (inserts_only) {
        slot = slots_[i];
      } else if (adds) {
        slot = groups_.FindOrInsert(keys_.key(i), keys_.hashes[i]);
      } else {
        slot = groups_.Find(keys_.key(i), keys_.hashes[i]);
        if (slot == KeyTable::kNone) continue;
      }
      changes_.Add(static_cast<int32_t>(row), slot, adds);
    }
  }

  OperatorContext context_;
  PlanNodePtr node_;
  const GroupAggregateNode& group_;
  KeyCodec codec_;
  GroupStates groups_;
  RunningChanges changes_;
  PendingBatch pending_;

  // Of the batch at hand.
  EncodedKeys keys_;
  std::vector<uint32_t> slots_;
};

}  // namespace

void RegisterGroupAggregate(OperatorRegistry* registry) {
  registry->Register(GroupAggregateNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       const auto& fields = As<GroupAggregateNode>(node)->fields();
                       if (fields.emission) return MakeEmittedWindows(node, context);
                       if (fields.mini_batch.enabled()) return MakeFoldedGroups(node, context);
                       return std::make_unique<GroupAggregate>(node, context);
                     });
}

}  // namespace millrace
