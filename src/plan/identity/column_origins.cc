// SPDX-License-Identifier: Apache-2.0
#include "plan/identity/column_origins.h"

#include <algorithm>
#include <set>

#include "plan/identity/type_text.h"
#include "plan/match/match_node.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/expand_node.h"
#include "plan/nodes/join_nodes.h"
#include "plan/nodes/node_text.h"
#include "plan/nodes/rank_nodes.h"
#include "plan/nodes/regular_join_node.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/nodes/temporal_join_node.h"
#include "plan/nodes/unnest_node.h"
#include "plan/over/ordered_over_node.h"
#include "plan/rounded_sums.h"

namespace millrace {
namespace {

/// The text of an expression with the origins of its inputs in the place of column numbers.
std::string ExpressionOrigin(const ExpressionPtr& expression, const Schema& input,
                             const std::vector<std::string>& origins) {
  if (expression->kind() == ExpressionKind::kInputRef) {
    return origins[static_cast<size_t>(expression->index())];
  }
  constexpr std::string_view kMark = "$0:";
  std::vector<ExpressionPtr> named;
  for (size_t i = 0; i < origins.size(); ++i) {
    named.push_back(Expression::InputRef(0, input[i].type, origins[i]));
  }
  std::string text = expression->Substitute(named)->ToString();
  for (size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at)) {
    text.erase(at, kMark.size());
  }
  return text;
}

std::string ListOf(const std::vector<std::string>& origins, const std::vector<int>& columns);

std::string CallText(const AggregateCall& call, const std::vector<std::string>& origins) {
  std::string text = call.function + "(" + (call.distinct ? "DISTINCT " : "");
  text += call.count_star ? "*" : ListOf(origins, call.args);
  text += ")";
  if (call.filter >= 0) text += " FILTER (WHERE " + ListOf(origins, {call.filter}) + ")";
  return text;
}

StatePart PartOf(const AggregateCall& call, const std::vector<std::string>& origins,
                 bool retracts) {
  StatePart part{.call = CallText(call, origins), .layout = call.function + "("};
  if (call.distinct) part.layout += "DISTINCT ";
  for (size_t i = 0; i < call.resolved.arg_types.size(); ++i) {
    part.layout += (i > 0 ? ", " : "") + StoredTypeText(call.resolved.arg_types[i]);
  }
  part.layout += ") -> " + StoredTypeText(call.resolved.result);
  if (retracts) part.layout += ", with retractions";
  return part;
}

/// Origins of the columns that stages see, one stage after the other.
class StageColumns {
 public:
  StageColumns(const Schema& schema, std::vector<std::string> origins, std::string partition)
      : schema_(schema), origins_(std::move(origins)), partition_(std::move(partition)) {}

  void Compute(const OverStage& stage) {
    std::vector<std::string> computed;
    for (const ExpressionPtr& expression : stage.computed) {
      computed.push_back(ExpressionOrigin(expression, schema_, origins_));
    }
    origins_.insert(origins_.end(), computed.begin(), computed.end());
  }
  void Append(const OverStage& stage) {
    std::vector<std::string> calls;
    for (const AggregateCall& call : stage.calls) {
      calls.push_back(CallText(call, origins_) + " OVER " + stage.frame_text() + " per " +
                      partition_);
    }
    origins_.insert(origins_.end(), calls.begin(), calls.end());
  }
  const std::vector<std::string>& origins() const { return origins_; }

 private:
  const Schema& schema_;
  std::vector<std::string> origins_;
  std::string partition_;
};

std::string Joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : std::string(separator)) + text;
  return all;
}

std::string ListOf(const std::vector<std::string>& origins, const std::vector<int>& columns) {
  std::vector<std::string> texts;
  for (const int column : columns) texts.push_back(origins[static_cast<size_t>(column)]);
  return Joined(texts, ", ");
}

/// Each text once, in alphabetical order: that of a UNION does not matter.
std::string Together(std::vector<std::string> texts) {
  const std::set<std::string> sorted(texts.begin(), texts.end());
  if (sorted.size() == 1) return *sorted.begin();
  return "(" + Joined({sorted.begin(), sorted.end()}, " | ") + ")";
}

}  // namespace

std::string ShortTablePath(const std::string& path) {
  constexpr std::string_view kDefault = "default_catalog.default_database.";
  return path.starts_with(kDefault) ? path.substr(kDefault.size()) : path;
}

std::string StoredTypeText(const DataType& type) {
  return type.Nullable().WithTimeAttribute(TimeAttribute::kNone).ToString();
}

void TagCalls(const PlanNodePtr& input, bool retracts, std::vector<AggregateCall>* calls) {
  ColumnOrigins origins;
  std::set<uint32_t> taken;
  for (AggregateCall& call : *calls) {
    call.state_tag = TagOfPart(origins.Part(input, call, retracts));
    while (!taken.insert(call.state_tag).second) ++call.state_tag;
  }
}

std::vector<uint32_t> OverCallTags(const OverNode& node) {
  std::vector<uint32_t> tags;
  std::set<uint32_t> taken;
  for (const StatePart& part : ColumnOrigins().OverParts(node)) {
    tags.push_back(TagOfPart(part));
    while (!taken.insert(tags.back()).second) ++tags.back();
  }
  return tags;
}

std::vector<uint32_t> OverColumnTags(const OverNode& node) {
  std::vector<uint32_t> tags;
  const std::vector<std::string> origins = ColumnOrigins().OverColumns(node);
  for (size_t i = 0; i < origins.size(); ++i) {
    tags.push_back(TagOfColumn({origins[i], StoredTypeText(node.schema()[i].type)}));
  }
  return tags;
}

const std::vector<std::string>& ColumnOrigins::Columns(const PlanNodePtr& node) {
  return Find(node).columns;
}

const std::string& ColumnOrigins::Rows(const PlanNodePtr& node) { return Find(node).rows; }

std::string ColumnOrigins::List(const PlanNodePtr& node, const std::vector<int>& columns) {
  return ListOf(Columns(node), columns);
}

std::string ColumnOrigins::Call(const PlanNodePtr& input, const AggregateCall& call) {
  return CallText(call, Columns(input));
}

StatePart ColumnOrigins::Part(const PlanNodePtr& input, const AggregateCall& call, bool retracts) {
  return PartOf(call, Columns(input), retracts);
}

std::vector<StatePart> ColumnOrigins::OverParts(const OverNode& node) {
  const PlanNodePtr& input = node.children()[0];
  const OverNode::Fields& fields = node.fields();
  const std::vector<std::string> tables = fields.tables();
  StageColumns columns(node.schema(), Columns(input), List(input, fields.partition_keys));
  std::vector<StatePart> parts;
  for (size_t i = 0; i < fields.stages.size(); ++i) {
    const OverStage& stage = fields.stages[i];
    columns.Compute(stage);
    for (const AggregateCall& call : stage.calls) {
      StatePart& part =
          parts.emplace_back(PartOf(call, columns.origins(), /*retracts=*/stage.preceding >= 0));
      part.call += " OVER " + stage.frame_text();
      if (stage.preceding >= 0 && call.distinct && HasRoundedSum(call)) {
        // Its counts of values are written, too.
        part.layout.insert(part.layout.rfind(", with retractions"), kCountsWritten);
      }
      part.table = tables[i];
      if (!stage.rows) part.reach = stage.preceding;
      std::vector<int> read = call.args;
      if (call.filter >= 0) read.push_back(call.filter);
      for (const int column : read) {
        const auto at = static_cast<size_t>(column);
        part.columns.push_back({columns.origins()[at], StoredTypeText(node.schema()[at].type)});
      }
    }
    columns.Append(stage);
  }
  return parts;
}

std::vector<std::string> ColumnOrigins::OverColumns(const OverNode& node) {
  const PlanNodePtr& input = node.children()[0];
  StageColumns columns(node.schema(), Columns(input), List(input, node.fields().partition_keys));
  for (const OverStage& stage : node.fields().stages) {
    columns.Compute(stage);
    columns.Append(stage);
  }
  return columns.origins();
}

const ColumnOrigins::Known& ColumnOrigins::Find(const PlanNodePtr& node) {
  if (const auto found = known_.find(node.get()); found != known_.end()) return found->second;
  Known known = Describe(node);
  known.node = node;
  return known_.emplace(node.get(), std::move(known)).first->second;
}

ColumnOrigins::Known ColumnOrigins::Describe(const PlanNodePtr& node) {
  Known known;
  if (const auto* scan = As<ScanNode>(node)) {
    known.rows = ShortTablePath(scan->table()->path);
    for (const size_t column : scan->columns()) {
      known.columns.push_back(known.rows + "." + scan->table()->columns[column].name);
    }
    return known;
  }
  if (node->children().empty()) {
    const auto* late = As<LateRowsNode>(node);
    const std::string from =
        late != nullptr ? ShortTablePath(late->table()->path) : std::string(node->kind());
    known.rows = (late != nullptr ? "late rows of " : "") + from;
    for (const Column& column : node->schema()) known.columns.push_back(from + "." + column.name);
    return known;
  }
  if (As<WindowAggregateNode>(node) || As<GroupAggregateNode>(node)) return DescribeGroups(node);
  if (As<WindowJoinNode>(node) || As<IntervalJoinNode>(node) || As<JoinNode>(node) ||
      As<TemporalJoinNode>(node) || As<SnapshotJoinNode>(node)) {
    return DescribeJoin(node);
  }
  const PlanNodePtr& input = node->children()[0];
  if (const auto* match = As<MatchNode>(node)) {
    known.rows = "matches of " + Rows(input);
    for (const int key : match->fields().partition_keys) {
      known.columns.push_back(Columns(input)[static_cast<size_t>(key)]);
    }
    for (const std::string& name : match->fields().names) {
      known.columns.push_back(known.rows + "." + name);
    }
    return known;
  }
  if (As<UnionNode>(node)) {
    std::vector<std::string> rows;
    for (const PlanNodePtr& child : node->children()) rows.push_back(Rows(child));
    known.rows = Together(std::move(rows));
    for (size_t i = 0; i < node->schema().size(); ++i) {
      std::vector<std::string> texts;
      for (const PlanNodePtr& child : node->children()) texts.push_back(Columns(child)[i]);
      known.columns.push_back(Together(std::move(texts)));
    }
    return known;
  }
  known.rows = Rows(input);
  if (const auto* calc = As<CalcNode>(node)) {
    for (const ExpressionPtr& projection : calc->projections()) {
      known.columns.push_back(ExpressionOrigin(projection, input->schema(), Columns(input)));
    }
    // A filter over a changelog decides which updates have a row to take back.
    if (calc->condition() != nullptr && !input->changelog_mode().insert_only()) {
      known.rows +=
          " where " + ExpressionOrigin(calc->condition(), input->schema(), Columns(input));
    }
    return known;
  }
  return DescribeAppending(node, std::move(known));
}

/// Nodes that pass the columns of their input on, and some behind them.
ColumnOrigins::Known ColumnOrigins::DescribeAppending(const PlanNodePtr& node, Known known) {
  const PlanNodePtr& input = node->children()[0];
  known.columns = Columns(input);
  std::string added;
  if (const auto* window = As<WindowTvfNode>(node)) {
    added = window->spec().ToString() + " on " + List(input, {window->time_column()});
    if (window->holds_rows()) added += " by " + List(input, window->partition_keys());
  } else if (const auto* predict = As<PredictNode>(node)) {
    added = ShortTablePath(predict->model()->path) + "(" + List(input, predict->args()) + ")";
  } else if (const auto* over = As<OrderedOverNode>(node)) {
    const OrderedOverNode::Fields& fields = over->fields();
    const std::string place = " OVER in order of " + Order(input, {fields.order}) + " per " +
                              List(input, fields.partition_keys);
    for (const AggregateCall& call : fields.calls) {
      known.columns.push_back(CallText(call, Columns(input)) + place);
    }
  } else if (As<OverNode>(node)) {
    known.columns = OverColumns(*As<OverNode>(node));
  } else if (const std::string first = FirstRows(node); !first.empty()) {
    added = first;
    known.rows = first + " of " + known.rows;
  } else if (const auto* expand = As<ExpandNode>(node)) {
    added = "sets of " + List(input, expand->fields().keys) + " " + expand->SetsText();
    known.rows += " by " + added;
  } else if (const auto* unnest = As<UnnestNode>(node)) {
    added = "elements of " +
            ExpressionOrigin(unnest->fields().collection, input->schema(), Columns(input));
    known.rows += " by " + added;
    known.columns.clear();
    for (const int column : unnest->kept()) {
      known.columns.push_back(Columns(input)[static_cast<size_t>(column)]);
    }
  } else if (As<ToChangelogNode>(node)) {
    known.rows = "changes of " + known.rows;
    known.columns.insert(known.columns.begin(), "kinds of " + known.rows);
  } else if (const auto* from = As<FromChangelogNode>(node)) {
    known.rows += " as changes by " + List(input, {from->operation()});
    known.columns.erase(known.columns.begin() + from->operation());
  }
  for (size_t i = known.columns.size(); i < node->schema().size(); ++i) {
    known.columns.push_back(added + "." + node->schema()[i].name);
  }
  known.columns.resize(node->schema().size());
  return known;
}

std::string ColumnOrigins::Window(const PlanNodePtr& node) {
  const WindowAggregateNode::Fields& fields = As<WindowAggregateNode>(node)->fields();
  const PlanNodePtr& input = node->children()[0];
  if (fields.time_column < 0) {
    // Columns of windows end in their name; the window is what they have in common.
    const std::string end = List(input, {fields.end_column});
    return end.substr(0, end.rfind('.'));
  }
  return fields.window.ToString() + " on " + List(input, {fields.time_column});
}

std::string ColumnOrigins::Frames(const PlanNodePtr& node) {
  std::vector<std::string> frames;
  for (const OverStage& stage : As<OverNode>(node)->fields().stages) {
    const std::string frame = stage.frame_text();
    const bool known = std::ranges::find(frames, frame) != frames.end();
    if (!stage.calls.empty() && !known) frames.push_back(frame);
  }
  return Joined(frames, ", ");
}

std::string ColumnOrigins::Order(const PlanNodePtr& input, const std::vector<SortKey>& order) {
  std::vector<std::string> texts;
  for (const SortKey& key : order) {
    texts.push_back(List(input, {key.column}) + (key.descending ? " DESC" : "") +
                    (key.nulls_first == key.descending ? " (NULL)" : ""));
  }
  return texts.empty() ? "arrival" : Joined(texts, ", ");
}

std::string ColumnOrigins::FirstRows(const PlanNodePtr& node) {
  const PlanNodePtr& input = node->children()[0];
  const auto text = [&](const RankRange& range, const std::vector<int>& keys,
                        const std::vector<SortKey>& order) {
    return "rows " + std::to_string(range.first) + ".." + std::to_string(range.last) + " by " +
           (keys.empty() ? "nothing" : List(input, keys)) + " in order of " + Order(input, order);
  };
  if (const auto* rank = As<RankNode>(node)) {
    const RankNode::Fields& fields = rank->fields();
    return text(fields.range, fields.partition_keys, fields.order);
  }
  if (const auto* rank = As<WindowRankNode>(node)) {
    const WindowRankNode::Fields& fields = rank->fields();
    return text(fields.range, fields.partition_keys, fields.order) + " in windows " +
           List(input, {fields.window.end});
  }
  if (const auto* deduplicate = As<DeduplicateNode>(node)) {
    const DeduplicateNode::Fields& fields = deduplicate->fields();
    return std::string(fields.keep_last ? "last" : "first") + " row by " +
           (fields.keys.empty() ? "nothing" : List(input, fields.keys)) + " in order of " +
           (fields.proctime ? "processing time" : List(input, {fields.time_column}));
  }
  return {};
}

std::string ColumnOrigins::JoinKeys(const PlanNodePtr& node) {
  const auto* interval = As<IntervalJoinNode>(node);
  const auto* window = As<WindowJoinNode>(node);
  const auto* snapshot = As<SnapshotJoinNode>(node);
  const auto* regular = snapshot ? &snapshot->sides() : As<JoinNode>(node);
  const auto* temporal = As<TemporalJoinNode>(node);
  const std::vector<int>& left = regular    ? regular->fields().left_keys
                                 : interval ? interval->fields().left_keys
                                 : temporal ? temporal->fields().left_keys
                                            : window->fields().left_keys;
  const std::vector<int>& right = regular    ? regular->fields().right_keys
                                  : interval ? interval->fields().right_keys
                                  : temporal ? temporal->fields().right_keys
                                             : window->fields().right_keys;
  std::vector<std::string> texts;
  for (size_t i = 0; i < left.size(); ++i) {
    texts.push_back(List(node->children()[0], {left[i]}) + " = " +
                    List(node->children()[1], {right[i]}));
  }
  return texts.empty() ? "nothing" : Joined(texts, " AND ");
}

std::string ColumnOrigins::JoinCondition(const PlanNodePtr& node) {
  const auto* snapshot = As<SnapshotJoinNode>(node);
  const auto* join = snapshot ? &snapshot->sides() : As<JoinNode>(node);
  if (join->fields().condition == nullptr) return "nothing";
  std::vector<std::string> origins = Columns(node->children()[0]);
  const std::vector<std::string>& right = Columns(node->children()[1]);
  origins.insert(origins.end(), right.begin(), right.end());
  return ExpressionOrigin(join->fields().condition, join->pair_schema(), origins);
}

std::string ColumnOrigins::JoinTimes(const PlanNodePtr& node) {
  const PlanNodePtr& left = node->children()[0];
  const PlanNodePtr& right = node->children()[1];
  if (const auto* window = As<WindowJoinNode>(node)) {
    return List(left, {window->fields().left_window.end}) + " = " +
           List(right, {window->fields().right_window.end});
  }
  if (const auto* temporal = As<TemporalJoinNode>(node)) {
    return List(right, {temporal->fields().right_time}) + " at " +
           List(left, {temporal->fields().left_time});
  }
  const IntervalJoinNode::Fields& fields = As<IntervalJoinNode>(node)->fields();
  return List(left, {fields.left_time}) + " - " + List(right, {fields.right_time}) + " in " +
         DurationText(fields.lower_ms) + " .. " + DurationText(fields.upper_ms);
}

ColumnOrigins::Known ColumnOrigins::DescribeGroups(const PlanNodePtr& node) {
  const PlanNodePtr& input = node->children()[0];
  const auto* window = As<WindowAggregateNode>(node);
  const auto* group = As<GroupAggregateNode>(node);
  const std::vector<int>& keys = window ? window->fields().keys : group->keys();
  Known known;
  known.rows = "groups of " + Rows(input) + " by " + (keys.empty() ? "nothing" : List(input, keys));
  if (window != nullptr) known.rows += " in " + Window(node);
  for (const int key : keys) known.columns.push_back(Columns(input)[static_cast<size_t>(key)]);
  for (const AggregateCall& call : window ? window->fields().calls : group->calls()) {
    known.columns.push_back(Call(input, call) + " of " + known.rows);
  }
  for (size_t i = known.columns.size(); i < node->schema().size(); ++i) {
    known.columns.push_back(Window(node) + "." + node->schema()[i].name);
  }
  return known;
}

ColumnOrigins::Known ColumnOrigins::DescribeJoin(const PlanNodePtr& node) {
  Known known;
  const auto* interval = As<IntervalJoinNode>(node);
  const auto* snapshot = As<SnapshotJoinNode>(node);
  const auto* regular = snapshot ? &snapshot->sides() : As<JoinNode>(node);
  const auto* temporal = As<TemporalJoinNode>(node);
  const JoinType type = regular    ? regular->fields().type
                        : interval ? interval->fields().type
                        : temporal ? temporal->fields().type
                                   : As<WindowJoinNode>(node)->fields().type;
  known.rows = std::string(JoinTypeName(type)) + (snapshot ? " snapshot" : "") + " join of (" +
               Rows(node->children()[0]) + ") and (" + Rows(node->children()[1]) + ") on " +
               JoinKeys(node) + ", " + (regular ? "where " + JoinCondition(node) : JoinTimes(node));
  for (const PlanNodePtr& child : node->children()) {
    const std::vector<std::string>& columns = Columns(child);
    known.columns.insert(known.columns.end(), columns.begin(), columns.end());
  }
  known.columns.resize(node->schema().size());  // a SEMI join has those of one side
  return known;
}

}  // namespace millrace
