// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/temporal_join_node.h"

#include <algorithm>

#include "plan/nodes/node_text.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

Schema VersionedOutput(const PlanNodePtr& left, const PlanNodePtr& right, JoinType type) {
  Schema schema = left->schema();
  for (const Column& column : right->schema()) {
    const DataType plain = column.type.WithTimeAttribute(TimeAttribute::kNone);
    schema.Append({column.name, type == JoinType::kLeft ? plain.Nullable() : plain});
  }
  return schema;
}

std::shared_ptr<const JoinNode> SidesOfSnapshot(const PlanNodePtr& left, const PlanNodePtr& right,
                                                const SnapshotJoinNode::Fields& fields) {
  JoinNode::Fields regular;
  regular.type = fields.type;
  regular.left_keys = fields.left_keys;
  regular.right_keys = fields.right_keys;
  regular.condition = fields.condition;
  regular.ttl_ms = {0, fields.ttl_ms};
  return std::make_shared<JoinNode>(left, right, std::move(regular));
}

std::string KeysText(const PlanNode& join, const std::vector<int>& left,
                     const std::vector<int>& right) {
  std::string text;
  for (size_t i = 0; i < left.size(); ++i) {
    text += (i > 0 ? " AND " : "") +
            join.children()[0]->schema()[static_cast<size_t>(left[i])].name + " = " +
            join.children()[1]->schema()[static_cast<size_t>(right[i])].name;
  }
  return text;
}

bool FiltersUpdates(const PlanNodePtr& node) {
  if (node->changelog_mode().insert_only()) return false;
  const auto* calc = As<CalcNode>(node);
  if (calc != nullptr && calc->condition() != nullptr &&
      !node->children()[0]->changelog_mode().insert_only()) {
    return true;
  }
  return std::ranges::any_of(node->children(), FiltersUpdates);
}

}  // namespace

TemporalJoinNode::TemporalJoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields)
    : PlanNode({left, right}, VersionedOutput(left, right, fields.type)),
      fields_(std::move(fields)),
      ignores_old_rows_(!FiltersUpdates(right)) {}

PlanNodePtr TemporalJoinNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<TemporalJoinNode>(children[0], children[1], fields_);
}

std::string TemporalJoinNode::details() const {
  const Schema& left = children()[0]->schema();
  const Schema& right = children()[1]->schema();
  const auto name = [](const Schema& schema, int column) {
    return schema[static_cast<size_t>(column)].name;
  };
  std::string text = "type=[" + std::string(JoinTypeName(fields_.type)) + "], on=[" +
                     KeysText(*this, fields_.left_keys, fields_.right_keys) + "], version=[" +
                     name(right, fields_.right_time) + " at " + name(left, fields_.left_time) + "]";
  if (fields_.condition) text += ", where=[" + fields_.condition->ToString() + "]";
  return text;
}

Distribution TemporalJoinNode::required_distribution(size_t input) const {
  return Distribution::Hash(input == 0 ? fields_.left_keys : fields_.right_keys);
}

Delay TemporalJoinNode::delay() const {
  return {true, 0, "a row waits until the watermark says that its version is known"};
}

std::string TemporalJoinNode::state_description() const {
  return "left rows until the watermark has come to their time; right: the last version per key, "
         "and later ones";
}

SnapshotJoinNode::SnapshotJoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields)
    : PlanNode({left, right}, VersionedOutput(left, right, fields.type)),
      fields_(std::move(fields)),
      sides_(SidesOfSnapshot(left, right, fields_)) {}

PlanNodePtr SnapshotJoinNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<SnapshotJoinNode>(children[0], children[1], fields_);
}

std::string SnapshotJoinNode::details() const {
  std::string text = "type=[" + std::string(JoinTypeName(fields_.type)) + "], on=[" +
                     KeysText(*this, fields_.left_keys, fields_.right_keys) + "]";
  if (fields_.condition) text += ", where=[" + fields_.condition->ToString() + "]";
  text += ", loaded=[";
  text += fields_.loaded_at_ms ? "at " + std::to_string(*fields_.loaded_at_ms) + " ms"
                               : std::string("at the start");
  if (fields_.idle_ms > 0) text += ", or idle for " + DurationText(fields_.idle_ms);
  text += "], right=[" + std::string(JoinInputShapeName(sides_->input(1).shape));
  if (fields_.ttl_ms > 0) text += ", ttl " + DurationText(fields_.ttl_ms);
  return text + "]";
}

Distribution SnapshotJoinNode::required_distribution(size_t input) const {
  const std::vector<int>& keys = input == 0 ? fields_.left_keys : fields_.right_keys;
  return keys.empty() ? Distribution::Single() : Distribution::Hash(keys);
}

std::string SnapshotJoinNode::state_description() const {
  return "left rows until the right side is loaded; right: " +
         std::string(sides_->input(1).shape == JoinInputShape::kJoinKeyContainsUniqueKey
                         ? "one row per key"
                         : "all rows by key") +
         (fields_.ttl_ms > 0 ? ", for " + DurationText(fields_.ttl_ms) : ", for ever");
}

}  // namespace millrace
