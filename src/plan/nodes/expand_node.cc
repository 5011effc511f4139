// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/expand_node.h"

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

Schema Expanded(const Schema& input, const ExpandNode::Fields& fields) {
  Schema schema = input;
  for (size_t i = 0; i < fields.keys.size(); ++i) {
    const Column& column = input[static_cast<size_t>(fields.keys[i])];
    const bool everywhere =
        std::ranges::all_of(fields.sets, [i](const std::vector<bool>& set) { return set[i]; });
    const DataType type = column.type.WithTimeAttribute(TimeAttribute::kNone);
    schema.Append({column.name, everywhere ? type : type.Nullable()});
  }
  for (const ExpandNode::Label& label : fields.labels) {
    schema.Append({label.name, DataType::BigInt().NotNull()});
  }
  return schema;
}

}  // namespace

ExpandNode::ExpandNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, Expanded(input->schema(), fields)), fields_(std::move(fields)) {}

PlanNodePtr ExpandNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<ExpandNode>(children[0], fields_);
}

std::string ExpandNode::SetsText() const {
  const Schema& input = children()[0]->schema();
  std::string text;
  for (const std::vector<bool>& set : fields_.sets) {
    std::string keys;
    for (size_t i = 0; i < set.size(); ++i) {
      if (!set[i]) continue;
      keys += (keys.empty() ? "" : ", ") + input[static_cast<size_t>(fields_.keys[i])].name;
    }
    text += (text.empty() ? "{" : ", {") + keys + "}";
  }
  return text;
}

std::string ExpandNode::details() const { return "sets=[" + SetsText() + "]"; }

}  // namespace millrace
