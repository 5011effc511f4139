// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/join_nodes.h"

#include "plan/nodes/node_text.h"

namespace millrace {
namespace {

std::string KeyText(const PlanNode& join, const std::vector<int>& left,
                    const std::vector<int>& right) {
  std::string text;
  for (size_t i = 0; i < left.size(); ++i) {
    text += (i > 0 ? " AND " : "") +
            join.children()[0]->schema()[static_cast<size_t>(left[i])].name + " = " +
            join.children()[1]->schema()[static_cast<size_t>(right[i])].name;
  }
  return text;
}

Distribution JoinDistribution(const std::vector<int>& keys) {
  return keys.empty() ? Distribution::Single() : Distribution::Hash(keys);
}

}  // namespace

std::string_view JoinTypeName(JoinType type) {
  constexpr std::string_view kNames[] = {"INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI"};
  return kNames[static_cast<int>(type)];
}

WindowJoinNode::WindowJoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields, Schema schema)
    : PlanNode({std::move(left), std::move(right)}, std::move(schema)),
      fields_(std::move(fields)) {}

PlanNodePtr WindowJoinNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<WindowJoinNode>(children[0], children[1], fields_, schema());
}

std::string WindowJoinNode::details() const {
  std::string text =
      "type=[" + std::string(JoinTypeName(fields_.type)) + "], on=[" +
      KeyText(*this, fields_.left_keys, fields_.right_keys) + "], windows=[" +
      ColumnList(children()[0]->schema(), {fields_.left_window.start, fields_.left_window.end}) +
      "; " +
      ColumnList(children()[1]->schema(), {fields_.right_window.start, fields_.right_window.end}) +
      "]";
  if (fields_.condition) text += ", where=[" + fields_.condition->ToString() + "]";
  return text;
}

/// Those of the side whose rows are all there; a full join has none that are never NULL.
std::optional<WindowColumns> WindowJoinNode::window_columns() const {
  if (fields_.type == JoinType::kFull) return std::nullopt;
  if (fields_.type != JoinType::kRight) return fields_.left_window;
  const int left_size = static_cast<int>(children()[0]->schema().size());
  const WindowColumns& right = fields_.right_window;
  return WindowColumns{left_size + right.start, left_size + right.end,
                       right.time < 0 ? -1 : left_size + right.time, right.sessions,
                       right.proctime};
}

Distribution WindowJoinNode::required_distribution(size_t input) const {
  return JoinDistribution(input == 0 ? fields_.left_keys : fields_.right_keys);
}

Delay WindowJoinNode::delay() const {
  return {true, 0, "rows of a window meet when the watermark passes its end"};
}

std::string WindowJoinNode::state_description() const {
  return "ordered entries per key and window: rows of both sides, until the window closes";
}

IntervalJoinNode::IntervalJoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields,
                                   Schema schema)
    : PlanNode({std::move(left), std::move(right)}, std::move(schema)),
      fields_(std::move(fields)) {}

PlanNodePtr IntervalJoinNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<IntervalJoinNode>(children[0], children[1], fields_, schema());
}

std::string IntervalJoinNode::details() const {
  const std::string left = children()[0]->schema()[static_cast<size_t>(fields_.left_time)].name;
  const std::string right = children()[1]->schema()[static_cast<size_t>(fields_.right_time)].name;
  std::string text = "type=[" + std::string(JoinTypeName(fields_.type)) + "], on=[" +
                     KeyText(*this, fields_.left_keys, fields_.right_keys) + "], time=[" + left +
                     " - " + right + " in " + std::to_string(fields_.lower_ms) + ".." +
                     std::to_string(fields_.upper_ms) + " ms]";
  if (fields_.condition) text += ", where=[" + fields_.condition->ToString() + "]";
  return text;
}

Distribution IntervalJoinNode::required_distribution(size_t input) const {
  return JoinDistribution(input == 0 ? fields_.left_keys : fields_.right_keys);
}

Delay IntervalJoinNode::delay() const {
  if (fields_.type == JoinType::kInner) return {};
  return {true, fields_.upper_ms - fields_.lower_ms,
          "a row without a match waits until none can come"};
}

std::string IntervalJoinNode::state_description() const {
  return "ordered entries per key: rows of both sides, for " +
         DurationText(fields_.upper_ms - fields_.lower_ms) + " of event time";
}

}  // namespace millrace
