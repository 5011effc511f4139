// SPDX-License-Identifier: Apache-2.0
// PartialGroups: the first half of GROUP BY in two phases. Rows are folded on the shard where they
// are, and each bundle sends one row by key to the shard of the key: so a key that most rows have
// keeps no shard busy alone. Without state: a bundle ends before the barrier.
#include <arrow/api.h>

#include <utility>

#include "data/keys/key_index.h"
#include "functions/aggregate_failures.h"
#include "operators/aggregate/bundle_operator.h"
#include "operators/aggregate/partial_rows.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/row_failures.h"
#include "plan/phases/partial_group_node.h"

namespace millrace {
namespace {

class PartialGroups final : public BundleOperator {
 public:
  PartialGroups(PlanNodePtr node, const OperatorContext& context)
      : BundleOperator(As<PartialGroupNode>(node)->fields().mini_batch),
        context_(context),
        node_(std::move(node)),
        fields_(As<PartialGroupNode>(node_)->fields()),
        codec_(fields_.keys, TypesOf(input(), fields_.keys)),
        states_(&fields_.calls) {}

 protected:
  Status BeginBatch(const Batch& batch) override {
    codec_.Encode(batch, &keys_);
    return OkStatus();
  }

  Status Fold(const Batch& batch, int64_t begin, int64_t end) override {
    rows_.clear();
    slots_.clear();
    for (int64_t row = begin; row < end; ++row) {
      const auto i = static_cast<size_t>(row);
      const uint32_t slot = index_.FindOrInsert(keys_.key(i), keys_.hashes[i]);
      if (slot >= counts_.size()) counts_.resize(index_.slot_limit());
      if (counts_[slot]++ == 0) touched_.push_back(slot);
      rows_.push_back(static_cast<int32_t>(row));
      slots_.push_back(slot);
    }
    states_.Reserve(index_.slot_limit());
    TRY(states_.Update(
        {.columns = batch.columns, .rows = rows_, .slots = slots_, .signs = {}, .sequence = {}}));
    const RowErrors errors = TakeAggregateFailures();
    return errors.empty() ? OkStatus() : ReportRowErrors(context_, errors, batch, input());
  }

  Result<Batch> EndBundle() override {
    Batch batch;
    batch.num_rows = static_cast<int64_t>(touched_.size());
    std::vector<std::string_view> keys;
    arrow::BinaryBuilder partials;
    std::string bytes;
    for (const uint32_t slot : touched_) {
      keys.push_back(index_.key(slot));
      bytes.clear();
      PartialRows::Write(counts_[slot], states_, slot, &bytes);
      if (const auto status = partials.Append(bytes); !status.ok()) {
        return InternalError("partial results", status.ToString());
      }
    }
    TRY_ASSIGN(batch.columns, codec_.Decode(keys));
    auto column = partials.Finish();
    if (!column.ok()) return InternalError("partial results", column.status().ToString());
    batch.columns.push_back(*column);
    for (const uint32_t slot : touched_) {
      counts_[slot] = 0;
      states_.Reset(slot);
      index_.Detach(slot);
      index_.Release(slot);
    }
    touched_.clear();
    return batch;
  }

  Status Expire(int64_t) override { return OkStatus(); }

 private:
  const Schema& input() const { return node_->children()[0]->schema(); }

  OperatorContext context_;
  PlanNodePtr node_;
  const PartialGroupNode::Fields& fields_;
  KeyCodec codec_;
  KeyIndex index_;
  AggregateStates states_;
  std::vector<int64_t> counts_;    // by slot
  std::vector<uint32_t> touched_;  // slots of the bundle, in order of their first row

  // Of the batch at hand.
  EncodedKeys keys_;
  std::vector<int32_t> rows_;
  std::vector<uint32_t> slots_;
};

}  // namespace

void RegisterPartialGroups(OperatorRegistry* registry) {
  registry->Register(PartialGroupNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<PartialGroups>(node, context);
                     });
}

}  // namespace millrace
