// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/aggregate_placement.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

/// A window function directly below a projection that only forwards its window columns: windows are
/// then computed by the aggregation itself, from the time column. Null if the shape is another one.
const CalcNode* ForwardsWindow(const PlanNodePtr& plan, const Aggregation& aggregation,
                               const WindowKeys& keys, const WindowTvfNode** tvf) {
  const size_t key_count = aggregation.key_count();
  // An argument that is a key of the window has the place of that key.
  for (const AggregateCall& call : aggregation.calls) {
    if (std::ranges::any_of(call.args, [&](int arg) { return keys.any(arg); })) return nullptr;
  }
  const auto* calc = As<CalcNode>(plan);
  if (calc == nullptr) return nullptr;
  *tvf = As<WindowTvfNode>(calc->children()[0]);
  if (*tvf == nullptr) return nullptr;
  // HOP of slices: windows begin and end with them. Others have their rows copied.
  const WindowSpec& spec = (*tvf)->spec();
  if (spec.kind == WindowKind::kHop && spec.size % spec.slide != 0) return nullptr;
  const size_t own = (*tvf)->children()[0]->schema().size();
  const auto uses_window = [&](const ExpressionPtr& expression) {
    std::vector<bool> used;
    if (expression) expression->CollectInputs(&used);
    return used.size() > own;
  };
  if (uses_window(calc->condition())) return nullptr;
  for (size_t i = 0; i < calc->projections().size(); ++i) {
    const int position = static_cast<int>(i);
    const bool window_key = i < key_count && keys.any(position);
    if (!window_key && uses_window(calc->projections()[i])) return nullptr;
  }
  return calc;
}

/// The keys by which groups are told apart, as columns of `plan`.
struct GroupKeys {
  PlanNodePtr plan;
  std::vector<int> columns;  // of the keys asked for, then of the labels
};

/// Several grouping sets become rows of their own, told apart by the number of their set. Labels
/// are its function, and go along as keys.
GroupKeys Expand(PlanNodePtr input, const Aggregation& aggregation, const std::vector<int>& keys,
                 const std::vector<int>& columns) {
  if (aggregation.grouping.plain()) return {std::move(input), columns};
  ExpandNode::Fields fields{.keys = columns, .labels = aggregation.labels};
  for (const std::vector<bool>& set : aggregation.grouping.sets) {
    std::vector<bool> has;
    for (const int key : keys) has.push_back(set[static_cast<size_t>(key)]);
    fields.sets.push_back(std::move(has));
  }
  std::vector<int64_t> numbers(fields.sets.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  fields.labels.push_back({"$set", std::move(numbers)});
  std::vector<int> expanded(columns.size() + fields.labels.size());
  std::iota(expanded.begin(), expanded.end(), static_cast<int>(input->schema().size()));
  return {std::make_shared<ExpandNode>(std::move(input), std::move(fields)), std::move(expanded)};
}

/// Puts the output columns of keys, labels and calls together, and remembers their places.
class ResultColumns {
 public:
  explicit ResultColumns(const Aggregation& aggregation) : aggregation_(aggregation) {
    const size_t pairs = std::max(aggregation.calls.size(), aggregation.labels.size());
    mapping_.assign(aggregation.key_count() + 2 * pairs, -1);
  }

  void Add(int place, Column column) {
    mapping_[static_cast<size_t>(place)] = static_cast<int>(schema_.size());
    schema_.Append(std::move(column));
  }

  /// `keys` of the aggregation, which are the first of `group`; `rowtime` stays one.
  void AddKeys(const std::vector<int>& keys, const GroupKeys& group, int rowtime = -1) {
    const Schema& input = group.plan->schema();
    for (size_t i = 0; i < group.columns.size(); ++i) {
      Column column = input[static_cast<size_t>(group.columns[i])];
      const bool is_time = i < keys.size() && keys[i] == rowtime;
      if (!is_time) column.type = column.type.WithTimeAttribute(TimeAttribute::kNone);
      const size_t label = i - keys.size();
      if (i < keys.size()) {
        Add(keys[i], std::move(column));
      } else if (label < aggregation_.labels.size()) {
        Add(aggregation_.LabelPlace(label), std::move(column));
      } else {
        schema_.Append(std::move(column));  // nobody asks for the number of the set
      }
    }
  }

  void AddCalls() {
    for (size_t i = 0; i < aggregation_.calls.size(); ++i) {
      Add(aggregation_.CallPlace(i), aggregation_.calls[i].output);
    }
  }

  Schema TakeSchema() { return std::move(schema_); }
  std::vector<int> TakeMapping() { return std::move(mapping_); }

 private:
  const Aggregation& aggregation_;
  Schema schema_;
  std::vector<int> mapping_;
};

/// Drops the window keys of `input` (computed by the node instead) and appends the time column.
PlanNodePtr PullWindow(const CalcNode& calc, const WindowTvfNode& tvf, size_t key_count,
                       const WindowKeys& window, std::vector<int>* position) {
  const PlanNodePtr& source = tvf.children()[0];
  std::vector<ExpressionPtr> projections;
  std::vector<std::string> names;
  position->assign(calc.projections().size(), -1);
  for (size_t i = 0; i < calc.projections().size(); ++i) {
    if (i < key_count && window.any(static_cast<int>(i))) continue;
    (*position)[i] = static_cast<int>(projections.size());
    projections.push_back(calc.projections()[i]);
    names.push_back(calc.schema()[i].name);
  }
  const auto time = static_cast<size_t>(tvf.time_column());
  projections.push_back(Expression::InputRef(tvf.time_column(), source->schema()[time].type,
                                             source->schema()[time].name));
  names.push_back("$time");
  return MakeCalc(source, calc.condition(), std::move(projections), std::move(names));
}

}  // namespace

bool IsGroupedAsPartitioned(const PlanNodePtr& source, const GroupingSets& grouping,
                            const WindowKeys& window) {
  const PlanNode* node = source.get();
  std::vector<int> columns;  // of the keys beside the window, in `node`; -1: computed
  for (size_t i = 0; i < grouping.keys.size(); ++i) {
    if (window.any(static_cast<int>(i))) continue;
    const ExpressionPtr& key = grouping.keys[i];
    columns.push_back(key->kind() == ExpressionKind::kInputRef ? key->index() : -1);
  }
  while (node->kind() == CalcNode::kKind) {
    const auto& projections = static_cast<const CalcNode*>(node)->projections();
    for (int& column : columns) {
      if (column < 0) continue;
      const ExpressionPtr& from = projections[static_cast<size_t>(column)];
      column = from->kind() == ExpressionKind::kInputRef ? from->index() : -1;
    }
    node = node->children()[0].get();
  }
  const auto window_columns = node->window_columns();
  if (!window_columns || !window_columns->sessions) return true;
  std::vector<int> partition;
  if (node->kind() == WindowTvfNode::kKind) {
    partition = static_cast<const WindowTvfNode*>(node)->partition_keys();
  } else if (node->kind() == WindowAggregateNode::kKind) {
    partition.resize(static_cast<const WindowAggregateNode*>(node)->fields().keys.size());
    std::iota(partition.begin(), partition.end(), 0);
  } else {
    return false;
  }
  std::ranges::sort(partition);
  std::ranges::sort(columns);
  const auto repeated = std::ranges::unique(columns);
  columns.erase(repeated.begin(), repeated.end());
  return grouping.plain() && columns == partition;
}

WindowKeys FindWindowKeys(const PlanNode& source, const std::vector<ExpressionPtr>& keys) {
  WindowKeys found;
  const auto window = source.window_columns();
  if (!window) return found;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i]->kind() != ExpressionKind::kInputRef) continue;
    const int column = keys[i]->index();
    if (column == window->start) found.start = static_cast<int>(i);
    if (column == window->end) found.end = static_cast<int>(i);
    if (column == window->time) found.time = static_cast<int>(i);
  }
  return found;
}

PlacedAggregation PlaceGroup(BindContext* context, PlanNodePtr input,
                             const Aggregation& aggregation) {
  std::vector<int> keys(aggregation.key_count());
  std::iota(keys.begin(), keys.end(), 0);
  GroupKeys group = Expand(std::move(input), aggregation, keys, keys);
  ResultColumns result(aggregation);
  result.AddKeys(keys, group);
  result.AddCalls();
  const int64_t ttl = aggregation.state_ttl_ms.value_or(
      context->settings->GetDuration("table.exec.state.ttl").count());
  auto plan = std::make_shared<GroupAggregateNode>(
      std::move(group.plan),
      GroupAggregateNode::Fields{
          .keys = std::move(group.columns), .calls = aggregation.calls, .state_ttl_ms = ttl},
      result.TakeSchema());
  return {std::move(plan), result.TakeMapping()};
}

PlacedAggregation PlaceEmittedWindow(PlanNodePtr input, const Aggregation& aggregation,
                                     const WindowKeys& window, WindowEmission emission) {
  std::vector<int> keys(aggregation.key_count());
  std::iota(keys.begin(), keys.end(), 0);
  const GroupKeys group{std::move(input), keys};
  ResultColumns result(aggregation);
  result.AddKeys(keys, group, window.time);
  result.AddCalls();
  emission.start_key = window.start;
  emission.end_key = window.end;
  emission.time_key = window.time;
  auto plan = std::make_shared<GroupAggregateNode>(
      group.plan,
      GroupAggregateNode::Fields{
          .keys = keys, .calls = aggregation.calls, .emission = std::move(emission)},
      result.TakeSchema());
  return {std::move(plan), result.TakeMapping()};
}

PlacedAggregation PlaceWindow(BindContext* context, const PlanNodePtr& input,
                              const Aggregation& aggregation, const WindowKeys& window) {
  WindowAggregateNode::Fields fields;
  fields.calls = aggregation.calls;
  PlanNodePtr below = input;
  std::vector<int> position;
  const WindowTvfNode* tvf = nullptr;
  if (const CalcNode* calc = ForwardsWindow(input, aggregation, window, &tvf)) {
    below = PullWindow(*calc, *tvf, aggregation.key_count(), window, &position);
    fields.window = tvf->spec();
    fields.time_column = static_cast<int>(below->schema().size()) - 1;
    fields.time_type = tvf->schema()[tvf->schema().size() - 1].type;
  } else if (input->window_columns() && input->window_columns()->proctime) {
    context->NotSupported("an aggregation that reads the windows of processing time", {},
                          "Aggregate FROM the window table function itself, without conditions "
                          "on its columns.");
    return {};
  } else {
    for (size_t i = 0; i < input->schema().size(); ++i) position.push_back(static_cast<int>(i));
    fields.start_column = window.start;
    fields.end_column = window.end;
    if (input->window_columns() && input->window_columns()->sessions) {
      fields.window.kind = WindowKind::kSession;
    }
    fields.time_type =
        window.time >= 0
            ? input->schema()[static_cast<size_t>(window.time)].type
            : DataType::Timestamp(3).NotNull().WithTimeAttribute(TimeAttribute::kRowtime);
  }
  for (AggregateCall& call : fields.calls) {
    for (int& arg : call.args) arg = position[static_cast<size_t>(arg)];
    if (call.filter >= 0) call.filter = position[static_cast<size_t>(call.filter)];
  }
  const bool start_is_key = fields.window.kind == WindowKind::kSession && fields.time_column < 0;
  std::vector<int> keys;
  std::vector<int> columns;
  for (size_t i = 0; i < aggregation.key_count(); ++i) {
    const bool grouped = start_is_key && static_cast<int>(i) == window.start;
    if (window.any(static_cast<int>(i)) && !grouped) continue;
    keys.push_back(static_cast<int>(i));
    columns.push_back(position[i]);
  }
  GroupKeys group = Expand(std::move(below), aggregation, keys, columns);
  fields.keys = group.columns;
  ResultColumns result(aggregation);
  result.AddKeys(keys, group);
  result.AddCalls();
  fields.emit_start = !start_is_key;
  fields.emit_end = true;
  if (!start_is_key) result.Add(window.start, {"window_start", DataType::Timestamp(3).NotNull()});
  result.Add(window.end, {"window_end", DataType::Timestamp(3).NotNull()});
  fields.emit_time = window.time >= 0;
  if (fields.emit_time) result.Add(window.time, {"window_time", fields.time_type});
  auto plan = std::make_shared<WindowAggregateNode>(std::move(group.plan), std::move(fields),
                                                    result.TakeSchema());
  return {std::move(plan), result.TakeMapping()};
}

}  // namespace millrace
