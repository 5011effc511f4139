// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/changelog_nodes.h"

#include "plan/nodes/node_text.h"

namespace millrace {

ChangelogNormalizeNode::ChangelogNormalizeNode(PlanNodePtr input, std::vector<int> keys,
                                               int64_t state_ttl_ms)
    : PlanNode({input}, input->schema()), keys_(std::move(keys)), state_ttl_ms_(state_ttl_ms) {}

PlanNodePtr ChangelogNormalizeNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<ChangelogNormalizeNode>(children[0], keys_, state_ttl_ms_);
}

std::string ChangelogNormalizeNode::details() const {
  std::string text = "key=[";
  for (size_t i = 0; i < keys_.size(); ++i) {
    text += (i > 0 ? ", " : "") + schema()[static_cast<size_t>(keys_[i])].name;
  }
  text += "]";
  if (state_ttl_ms_ > 0) text += ", ttl=[" + DurationText(state_ttl_ms_) + "]";
  return text;
}

std::string ChangelogNormalizeNode::state_description() const {
  if (state_ttl_ms_ == 0) return "last row per key, for ever";
  return "last row per key, kept " + DurationText(state_ttl_ms_) + " after the last change";
}

namespace {

Schema WithOperation(const Schema& input, std::string operation) {
  Schema schema({{std::move(operation), DataType::String()}});
  for (const Column& column : input) schema.Append(column);
  return schema;
}

Schema WithoutColumn(const Schema& input, int dropped) {
  Schema schema;
  for (size_t i = 0; i < input.size(); ++i) {
    if (static_cast<int>(i) != dropped) schema.Append(input[i]);
  }
  return schema;
}

}  // namespace

std::string_view OperationName(ChangeKind kind) {
  constexpr std::string_view kNames[] = {"INSERT", "UPDATE_BEFORE", "UPDATE_AFTER", "DELETE"};
  return kNames[static_cast<uint8_t>(kind)];
}

ToChangelogNode::ToChangelogNode(PlanNodePtr input, std::string operation, Codes codes)
    : PlanNode({input}, WithOperation(input->schema(), operation)),
      operation_(std::move(operation)),
      codes_(std::move(codes)) {}

PlanNodePtr ToChangelogNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<ToChangelogNode>(children[0], operation_, codes_);
}

std::string ToChangelogNode::details() const {
  std::string text = operation_ + "=[";
  bool first = true;
  for (size_t i = 0; i < codes_.size(); ++i) {
    if (!codes_[i]) continue;
    text += (first ? "" : ", ") + std::string(OperationName(static_cast<ChangeKind>(i))) + " as '" +
            *codes_[i] + "'";
    first = false;
  }
  return text + "]";
}

FromChangelogNode::FromChangelogNode(PlanNodePtr input, int operation, Kinds kinds)
    : PlanNode({input}, WithoutColumn(input->schema(), operation)),
      operation_(operation),
      kinds_(std::move(kinds)) {}

PlanNodePtr FromChangelogNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<FromChangelogNode>(children[0], operation_, kinds_);
}

std::string FromChangelogNode::details() const {
  std::string text = children()[0]->schema()[static_cast<size_t>(operation_)].name + "=[";
  bool first = true;
  for (const auto& [code, kind] : kinds_) {
    text += (first ? "'" : ", '") + code + "' as " + std::string(OperationName(kind));
    first = false;
  }
  return text + "]";
}

MaterializeNode::MaterializeNode(PlanNodePtr input, std::vector<int> keys)
    : PlanNode({input}, input->schema()), keys_(std::move(keys)) {}

PlanNodePtr MaterializeNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<MaterializeNode>(children[0], keys_);
}

std::string MaterializeNode::details() const { return "key=[" + ColumnList(schema(), keys_) + "]"; }

ResolveConflictsNode::ResolveConflictsNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, input->schema()), fields_(std::move(fields)) {}

PlanNodePtr ResolveConflictsNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<ResolveConflictsNode>(children[0], fields_);
}

std::string ResolveConflictsNode::details() const {
  return "key=[" + ColumnList(schema(), fields_.keys) + "]" +
         (fields_.row_key.empty() ? ""
                                  : ", rows by=[" + ColumnList(schema(), fields_.row_key) + "]") +
         (fields_.fails ? ", a second row fails" : ", the first row stays");
}

}  // namespace millrace
