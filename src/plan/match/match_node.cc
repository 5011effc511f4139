// SPDX-License-Identifier: Apache-2.0
#include "plan/match/match_node.h"

#include "plan/nodes/node_text.h"

namespace millrace {
namespace {

Schema MatchOutput(const Schema& input, const MatchNode::Fields& fields) {
  Schema schema;
  for (const int key : fields.partition_keys) schema.Append(input[static_cast<size_t>(key)]);
  for (size_t i = 0; i < fields.names.size(); ++i) {
    schema.Append({fields.names[i], fields.measures.expressions[i]->type()});
  }
  return schema;
}

/// `B.` of a place; nothing where it looks at all rows.
std::string Prefix(const MatchNode::Fields& fields, int element) {
  if (element == kAllElements) return "";
  if (element == kNoElement) return "?.";
  return fields.pattern[static_cast<size_t>(element)].name + ".";
}

/// The expressions over texts of their places.
std::vector<std::string> Texts(const Schema& input, const MatchNode::Fields& fields,
                               const MatchExpressions& of) {
  std::vector<ExpressionPtr> places;
  const auto add = [&](const std::string& text, const DataType& type) {
    places.push_back(Expression::InputRef(0, type, text));
  };
  for (const MatchValue& value : of.values) {
    const Column& column = input[static_cast<size_t>(value.column)];
    std::string text = value.first ? "FIRST(" : "LAST(";
    text += Prefix(fields, value.element) + column.name;
    if (value.offset != 0) text += ", " + std::to_string(value.offset);
    add(text + ")", column.type.Nullable());
  }
  for (const MatchAggregate& aggregate : of.aggregates) {
    std::string text = aggregate.call.function + "(" + Prefix(fields, aggregate.element);
    text += aggregate.call.count_star ? "*" : ColumnList(input, aggregate.call.args);
    add(text + ")", aggregate.call.resolved.result);
  }
  constexpr std::string_view kMark = "$0:";
  std::vector<std::string> texts;
  for (const ExpressionPtr& expression : of.expressions) {
    std::string text = expression->Substitute(places)->ToString();
    for (size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at)) {
      text.erase(at, kMark.size());
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace

std::string PatternElement::ToString() const {
  std::string text = name;
  if (min == 1 && max == 1) return text;
  if (max < 0 && min <= 1) {
    text += min == 0 ? "*" : "+";
  } else if (min == 0 && max == 1) {
    text += "?";
  } else {
    text += "{" + std::to_string(min);
    if (min != max) text += "," + (max < 0 ? std::string() : std::to_string(max));
    text += "}";
  }
  return text + (reluctant ? "?" : "");
}

MatchNode::MatchNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, MatchOutput(input->schema(), fields)), fields_(std::move(fields)) {}

PlanNodePtr MatchNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<MatchNode>(children[0], fields_);
}

std::string MatchNode::PatternText() const {
  std::string text;
  for (const PatternElement& element : fields_.pattern) {
    text += (text.empty() ? "" : " ") + element.ToString();
  }
  const Schema& input = children()[0]->schema();
  std::string define;
  for (const PatternElement& element : fields_.pattern) {
    for (const std::string& condition : Texts(input, fields_, element.condition)) {
      define += (define.empty() ? "" : ", ") + element.name + ": " + condition;
    }
  }
  return "pattern=[" + text + "], define=[" + define + "]";
}

std::string MatchNode::details() const {
  const Schema& input = children()[0]->schema();
  std::string measures;
  const std::vector<std::string> texts = Texts(input, fields_, fields_.measures);
  for (size_t i = 0; i < texts.size(); ++i) {
    measures += (i > 0 ? ", " : "") + texts[i] + " AS " + fields_.names[i];
  }
  std::string text = "partition=[" + ColumnList(input, fields_.partition_keys) + "], order=[" +
                     OrderText(input, fields_.order) + "], measures=[" + measures + "], " +
                     PatternText() + ", after match=[";
  const std::string& element = fields_.pattern[static_cast<size_t>(fields_.after.element)].name;
  switch (fields_.after.kind) {
    case AfterMatch::Kind::kToNextRow: text += "SKIP TO NEXT ROW"; break;
    case AfterMatch::Kind::kPastLastRow: text += "SKIP PAST LAST ROW"; break;
    case AfterMatch::Kind::kToFirst: text += "SKIP TO FIRST " + element; break;
    case AfterMatch::Kind::kToLast: text += "SKIP TO LAST " + element; break;
  }
  text += "]";
  if (fields_.within_ms > 0) text += ", within=[" + DurationText(fields_.within_ms) + "]";
  return text;
}

Distribution MatchNode::required_distribution(size_t) const {
  return fields_.partition_keys.empty() ? Distribution::Single()
                                        : Distribution::Hash(fields_.partition_keys);
}

Delay MatchNode::delay() const {
  if (fields_.proctime) return {};
  return {true, 0, "a match goes out when the watermark has come to its last row"};
}

std::string MatchNode::state_description() const {
  const std::string rows = fields_.proctime ? "" : "rows, until the watermark has come to them; ";
  return rows + "per key, the rows of matches that have begun" +
         (fields_.within_ms > 0 ? ", for " + DurationText(fields_.within_ms)
                                : ", until they are matched or cannot be any more");
}

}  // namespace millrace
