// SPDX-License-Identifier: Apache-2.0
#include "plan/over/ordered_over_node.h"

#include "plan/nodes/node_text.h"

namespace millrace {
namespace {

Schema WithCalls(const Schema& input, const std::vector<AggregateCall>& calls) {
  Schema schema = input;
  for (const AggregateCall& call : calls) schema.Append(call.output);
  return schema;
}

}  // namespace

OrderedOverNode::OrderedOverNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, WithCalls(input->schema(), fields.calls)), fields_(std::move(fields)) {}

PlanNodePtr OrderedOverNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<OrderedOverNode>(children[0], fields_);
}

std::string OrderedOverNode::details() const {
  const Schema& input = children()[0]->schema();
  std::string text = "partition=[" + ColumnList(input, fields_.partition_keys) + "], order=[" +
                     OrderText(input, {fields_.order}) + "], frame=[" +
                     (fields_.rows ? "ROWS" : "RANGE") + " UNBOUNDED PRECEDING], select=[" +
                     CallList(input, fields_.calls) + "]";
  if (fields_.state_ttl_ms > 0) text += ", ttl=[" + DurationText(fields_.state_ttl_ms) + "]";
  return text;
}

Distribution OrderedOverNode::required_distribution(size_t) const {
  return fields_.partition_keys.empty() ? Distribution::Single()
                                        : Distribution::Hash(fields_.partition_keys);
}

std::string OrderedOverNode::state_description() const {
  const std::string ttl = fields_.state_ttl_ms > 0 ? DurationText(fields_.state_ttl_ms) +
                                                         " after the last change of a partition"
                                                   : "for ever";
  return "all rows, kept " + ttl;
}

}  // namespace millrace
