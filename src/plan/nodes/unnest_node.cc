// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/unnest_node.h"

namespace millrace {
namespace {

Schema Appended(const Schema& input, const Schema& elements) {
  Schema schema = input;
  for (const Column& column : elements) schema.Append(column);
  return schema;
}

}  // namespace

UnnestNode::UnnestNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, Appended(input->schema(), ElementColumns(fields))),
      fields_(std::move(fields)) {}

Schema UnnestNode::ElementColumns(const Fields& fields) {
  const DataType& type = fields.collection->type();
  Schema schema;
  const auto add = [&](std::string name, const DataType& column, bool nullable) {
    schema.Append({std::move(name), nullable || fields.keeps_empty ? column.Nullable() : column});
  };
  if (type.kind() == TypeKind::kMap) {
    add("KEY", type.key(), false);
    add("VALUE", type.value(), false);
  } else if (type.element().kind() == TypeKind::kRow) {
    for (const DataType::Field& field : type.element().fields()) {
      add(field.name, field.type, type.element().nullable());
    }
  } else {
    add("EXPR$0", type.element(), false);
  }
  if (fields.with_ordinality) add("ORDINALITY", DataType::Int().Nullable(false), false);
  return schema;
}

PlanNodePtr UnnestNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<UnnestNode>(children[0], fields_);
}

std::string UnnestNode::details() const {
  return "elements of=[" + fields_.collection->ToString() + "]" +
         (fields_.with_ordinality ? ", with ordinality" : "") +
         (fields_.keeps_empty ? ", rows without elements stay" : "");
}

}  // namespace millrace
