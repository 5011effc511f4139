// SPDX-License-Identifier: Apache-2.0
#include "plan/phases/partial_group_node.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "plan/nodes/node_text.h"

namespace millrace {
namespace {

Schema PartialSchema(const Schema& input, const std::vector<int>& keys) {
  Schema schema;
  for (const int key : keys) schema.Append(input[static_cast<size_t>(key)]);
  schema.Append({"$partial", DataType::Bytes().NotNull()});
  return schema;
}

/// What rows of one shard add up to can be added to what those of others do.
bool CanBeMerged(const AggregateCall& call) {
  const AggregateFunction* function = BuiltinAggregates().Find(call.function);
  return function != nullptr && !function->order_sensitive;
}

}  // namespace

PartialGroupNode::PartialGroupNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, PartialSchema(input->schema(), fields.keys)), fields_(std::move(fields)) {}

PlanNodePtr PartialGroupNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<PartialGroupNode>(children[0], fields_);
}

std::string PartialGroupNode::details() const {
  const Schema& input = children()[0]->schema();
  return "keys=[" + ColumnList(input, fields_.keys) + "], select=[" +
         CallList(input, fields_.calls) + "], mini-batch=[" + fields_.mini_batch.ToString() + "]";
}

std::optional<PlanNodePtr> InTwoPhases(const PlanNodePtr& node) {
  const auto* group = As<GroupAggregateNode>(node);
  if (group == nullptr || !group->fields().two_phases) return std::nullopt;
  const PlanNodePtr& input = node->children()[0];
  if (!input->changelog_mode().insert_only() || !std::ranges::all_of(group->calls(), CanBeMerged)) {
    return std::nullopt;
  }
  GroupAggregateNode::Fields fields = group->fields();
  auto partial = std::make_shared<PartialGroupNode>(
      input, PartialGroupNode::Fields{
                 .keys = fields.keys, .calls = fields.calls, .mini_batch = fields.mini_batch});
  std::iota(fields.keys.begin(), fields.keys.end(), 0);
  fields.merges_partials = true;
  return std::make_shared<GroupAggregateNode>(std::move(partial), std::move(fields),
                                              group->schema());
}

}  // namespace millrace
