// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/unnest_node.h"

#include <algorithm>

#include "plan/nodes/node_text.h"

namespace millrace {
namespace {

std::vector<int> KeptOf(const Schema& input, const UnnestNode::Fields& fields) {
  if (fields.kept) return *fields.kept;
  std::vector<int> all;
  for (size_t i = 0; i < input.size(); ++i) all.push_back(static_cast<int>(i));
  return all;
}

Schema Appended(const Schema& input, const std::vector<int>& kept, const Schema& elements) {
  Schema schema;
  for (const int column : kept) schema.Append(input[static_cast<size_t>(column)]);
  for (const Column& column : elements) schema.Append(column);
  return schema;
}

}  // namespace

UnnestNode::UnnestNode(PlanNodePtr input, Fields fields)
    : PlanNode({input},
               Appended(input->schema(), KeptOf(input->schema(), fields), ElementColumns(fields))),
      fields_(std::move(fields)) {}

Schema UnnestNode::ElementColumns(const Fields& fields) {
  const DataType& type = fields.collection->type();
  Schema schema;
  const auto add = [&](std::string name, const DataType& column, bool nullable) {
    schema.Append({std::move(name), nullable || fields.keeps_empty ? column.Nullable() : column});
  };
  if (type.kind() == TypeKind::kBigInt) {
    // The row itself.
  } else if (type.kind() == TypeKind::kMap) {
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

std::vector<int> UnnestNode::kept() const { return KeptOf(children()[0]->schema(), fields_); }

std::optional<WindowColumns> UnnestNode::window_columns() const {
  const auto window = children()[0]->window_columns();
  if (!window || !fields_.kept) return window;
  const auto place = [&](int column) {
    const auto found = std::ranges::find(*fields_.kept, column);
    return found == fields_.kept->end() ? -1 : static_cast<int>(found - fields_.kept->begin());
  };
  const WindowColumns moved = {place(window->start), place(window->end),
                               window->time < 0 ? -1 : place(window->time)};
  if (moved.start < 0 || moved.end < 0) return std::nullopt;
  return moved;
}

std::string UnnestNode::details() const {
  const bool copies = fields_.collection->type().kind() == TypeKind::kBigInt;
  return (copies ? "copies=[" : "elements of=[") + fields_.collection->ToString() + "]" +
         (fields_.with_ordinality ? ", with ordinality" : "") +
         (fields_.condition ? ", where=[" + fields_.condition->ToString() + "]" : "") +
         (fields_.keeps_empty ? ", rows without elements stay" : "") +
         (fields_.kept ? ", beside=[" + ColumnList(children()[0]->schema(), *fields_.kept) + "]"
                       : "");
}

}  // namespace millrace
