// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/regular_join_node.h"

#include <algorithm>

#include "plan/nodes/node_text.h"

namespace millrace {
namespace {

bool Pads(JoinType type, size_t input) {
  return type == JoinType::kFull || type == (input == 0 ? JoinType::kLeft : JoinType::kRight);
}

/// Output columns lose their time attributes: rows come in no order of time.
void AppendSide(const Schema& side, bool may_lack, Schema* out) {
  for (const Column& column : side) {
    DataType type = column.type.WithTimeAttribute(TimeAttribute::kNone);
    out->Append({column.name, may_lack ? type.Nullable() : type});
  }
}

Schema OutputOf(const PlanNodePtr& left, const PlanNodePtr& right, JoinType type) {
  Schema schema;
  AppendSide(left->schema(), Pads(type, 1), &schema);
  if (type != JoinType::kSemi && type != JoinType::kAnti) {
    AppendSide(right->schema(), Pads(type, 0), &schema);
  }
  return schema;
}

JoinNode::Input Describe(const PlanNodePtr& side, const std::vector<int>& keys, bool pads) {
  JoinNode::Input input;
  input.retracts = !side->changelog_mode().insert_only();
  input.pads = pads;
  std::vector<UniqueKey> unique = UniqueKeysOf(side);
  for (const UniqueKey& key : unique) {
    if (!ContainsKey(keys, key)) continue;
    input.shape = JoinInputShape::kJoinKeyContainsUniqueKey;
    return input;
  }
  if (unique.empty()) return input;
  input.shape = JoinInputShape::kHasUniqueKey;
  input.unique_key = *std::ranges::min_element(unique, {}, &UniqueKey::size);
  return input;
}

}  // namespace

std::string_view JoinInputShapeName(JoinInputShape shape) {
  constexpr std::string_view kNames[] = {"NoUniqueKey", "HasUniqueKey", "JoinKeyContainsUniqueKey"};
  return kNames[static_cast<int>(shape)];
}

JoinNode::JoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields)
    : PlanNode({left, right}, OutputOf(left, right, fields.type)), fields_(std::move(fields)) {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    inputs_[i] = Describe(children()[i], keys(i), Pads(fields_.type, i));
  }
}

PlanNodePtr JoinNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<JoinNode>(children[0], children[1], fields_);
}

Schema JoinNode::pair_schema() const {
  Schema schema;
  for (const PlanNodePtr& child : children()) AppendSide(child->schema(), false, &schema);
  return schema;
}

std::string JoinNode::details() const {
  std::string text = "type=[" + std::string(JoinTypeName(fields_.type)) + "], on=[";
  for (size_t i = 0; i < fields_.left_keys.size(); ++i) {
    const auto name = [&](size_t side) {
      return children()[side]->schema()[static_cast<size_t>(keys(side)[i])].name;
    };
    const bool nulls = i < fields_.nulls_match.size() && fields_.nulls_match[i];
    text += (i > 0 ? " AND " : "") + name(0) + (nulls ? " IS NOT DISTINCT FROM " : " = ") + name(1);
  }
  text += "]";
  if (fields_.condition) text += ", where=[" + fields_.condition->ToString() + "]";
  for (size_t i = 0; i < inputs_.size(); ++i) {
    text += std::string(i == 0 ? ", left=[" : ", right=[") +
            std::string(JoinInputShapeName(inputs_[i].shape));
    if (fields_.ttl_ms[i] > 0) text += ", ttl " + DurationText(fields_.ttl_ms[i]);
    text += "]";
  }
  return text;
}

ChangelogMode JoinNode::changelog_mode() const {
  const bool forwards = fields_.type == JoinType::kInner || fields_.type == JoinType::kSemi;
  if (!forwards) return ChangelogMode::All();
  return children()[0]->changelog_mode().Union(children()[1]->changelog_mode());
}

Distribution JoinNode::required_distribution(size_t input) const {
  return keys(input).empty() ? Distribution::Single() : Distribution::Hash(keys(input));
}

std::string JoinNode::state_description() const {
  std::string text;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const bool one = inputs_[i].shape == JoinInputShape::kJoinKeyContainsUniqueKey;
    text += std::string(i == 0 ? "left: " : "; right: ") +
            (one ? "one row per key" : "all rows by key");
    text += fields_.ttl_ms[i] > 0 ? ", for " + DurationText(fields_.ttl_ms[i]) : ", for ever";
  }
  return text;
}

}  // namespace millrace
