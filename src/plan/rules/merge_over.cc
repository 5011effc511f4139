// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/merge_over.h"

#include <algorithm>
#include <set>

#include "plan/calc_builder.h"
#include "plan/nodes/aggregate_nodes.h"

namespace millrace {
namespace {

/// The lower node with stages added, and what the columns of the relation above it are.
class Merge {
 public:
  explicit Merge(const PlanNodePtr& lower)
      : input_(lower->children()[0]), fields_(As<OverNode>(lower)->fields()) {
    view_ = InputRefs(lower->schema());
    for (const Column& column : lower->schema()) names_.push_back(column.name);
  }

  const std::vector<ExpressionPtr>& view() const { return view_; }
  const OverNode::Fields& fields() const { return fields_; }

  /// A projection on top. What it computes from computed columns makes those a stage.
  void Project(const CalcNode& calc) {
    std::vector<bool> read(view_.size(), false);
    for (const ExpressionPtr& projection : calc.projections()) {
      if (projection->kind() != ExpressionKind::kInputRef) projection->CollectInputs(&read);
    }
    Materialize(read);
    std::vector<ExpressionPtr> view;
    std::vector<std::string> names;
    for (size_t i = 0; i < calc.projections().size(); ++i) {
      view.push_back(calc.projections()[i]->Substitute(view_));
      names.push_back(calc.schema()[i].name);
    }
    view_ = std::move(view);
    names_ = std::move(names);
  }

  /// The stages of a node on top.
  void Append(const OverNode& upper) {
    const size_t width = view_.size();
    std::vector<bool> read(width, false);
    for (const OverStage& stage : upper.fields().stages) CollectReads(stage, &read);
    read.resize(width);
    Materialize(read);
    std::vector<int> mapping;
    for (const ExpressionPtr& column : view_) {
      mapping.push_back(column->kind() == ExpressionKind::kInputRef ? column->index() : -1);
    }
    for (OverStage stage : upper.fields().stages) {
      AppendStage(std::move(stage), &mapping);
    }
    const Schema schema = CurrentSchema();
    for (size_t i = width; i < mapping.size(); ++i) {
      view_.push_back(Ref(schema, mapping[i]));
      names_.push_back(upper.schema()[i].name);
    }
  }

  PlanNodePtr Take() {
    NameStages();
    PlanNodePtr node = std::make_shared<OverNode>(input_, std::move(fields_));
    for (ExpressionPtr& column : view_) column = column->Substitute(InputRefs(node->schema()));
    return MakeCalc(std::move(node), nullptr, std::move(view_), std::move(names_));
  }

 private:
  static ExpressionPtr Ref(const Schema& schema, int column) {
    const Column& of = schema[static_cast<size_t>(column)];
    return Expression::InputRef(column, of.type, of.name);
  }

  Schema CurrentSchema() const { return OverNode::OutputOf(input_->schema(), fields_.stages); }

  static void CollectReads(const OverStage& stage, std::vector<bool>* read) {
    for (const ExpressionPtr& expression : stage.computed) expression->CollectInputs(read);
    const auto note = [read](int column) {
      if (static_cast<size_t>(column) < read->size()) (*read)[static_cast<size_t>(column)] = true;
    };
    for (const AggregateCall& call : stage.calls) {
      for (int arg : call.args) note(arg);
      if (call.filter >= 0) note(call.filter);
    }
  }

  /// Makes columns of the view that are not columns of the node yet, but read, a stage.
  void Materialize(const std::vector<bool>& read) {
    OverStage stage;
    int next = static_cast<int>(CurrentSchema().size());
    for (size_t i = 0; i < view_.size(); ++i) {
      if (!read[i] || view_[i]->kind() == ExpressionKind::kInputRef) continue;
      const DataType type = view_[i]->type();
      stage.computed.push_back(view_[i]);
      stage.names.push_back(names_[i]);
      view_[i] = Expression::InputRef(next++, type, names_[i]);
    }
    if (!stage.computed.empty()) fields_.stages.push_back(std::move(stage));
  }

  /// A stage over the view becomes one over the node's columns; what it appends goes to `mapping`.
  void AppendStage(OverStage stage, std::vector<int>* mapping) {
    const auto moved = [mapping](int column) { return (*mapping)[static_cast<size_t>(column)]; };
    int next = static_cast<int>(CurrentSchema().size());
    for (ExpressionPtr& expression : stage.computed) expression = expression->Remap(*mapping);
    for (size_t i = 0; i < stage.computed.size(); ++i) mapping->push_back(next++);
    for (AggregateCall& call : stage.calls) {
      for (int& arg : call.args) arg = moved(arg);
      if (call.filter >= 0) call.filter = moved(call.filter);
    }
    for (size_t i = 0; i < stage.calls.size(); ++i) mapping->push_back(next++);
    fields_.stages.push_back(std::move(stage));
  }

  /// Appended columns get the names that they have above, each its own: a digest goes by names.
  void NameStages() {
    std::set<std::string> taken;
    for (const Column& column : input_->schema()) taken.insert(column.name);
    int next = static_cast<int>(input_->schema().size());
    const auto rename = [&](std::string* name) {
      for (size_t i = 0; i < view_.size(); ++i) {
        if (view_[i]->kind() != ExpressionKind::kInputRef || view_[i]->index() != next) continue;
        *name = names_[i];
        break;
      }
      const std::string wanted = *name;
      for (int i = 1; !taken.insert(*name).second; ++i) *name = wanted + "_" + std::to_string(i);
      ++next;
    };
    for (OverStage& stage : fields_.stages) {
      for (std::string& name : stage.names) rename(&name);
      for (AggregateCall& call : stage.calls) rename(&call.output.name);
    }
    // Expressions show the names of what they read.
    Schema schema = input_->schema();
    for (OverStage& stage : fields_.stages) {
      const std::vector<ExpressionPtr> refs = InputRefs(schema);
      for (size_t i = 0; i < stage.computed.size(); ++i) {
        stage.computed[i] = stage.computed[i]->Substitute(refs);
        schema.Append({stage.names[i], stage.computed[i]->type()});
      }
      for (const AggregateCall& call : stage.calls) schema.Append(call.output);
    }
  }

  PlanNodePtr input_;
  OverNode::Fields fields_;
  std::vector<ExpressionPtr> view_;  // over the node's output
  std::vector<std::string> names_;
};

bool HasCurrentWatermark(const ExpressionPtr& expression) {
  return expression->kind() == ExpressionKind::kCurrentWatermark ||
         std::ranges::any_of(expression->args(), HasCurrentWatermark);
}

/// Whether rows pass as they are, with columns that depend on nothing but the row.
bool GoesAlong(const CalcNode& calc) {
  return calc.condition() == nullptr &&
         std::ranges::all_of(calc.projections(), [](const ExpressionPtr& projection) {
           return !projection->can_fail() && !HasCurrentWatermark(projection) &&
                  projection->volatility() == Volatility::kImmutable;
         });
}

/// Whether a column of a relation is that column of the node below.
bool IsColumn(const ExpressionPtr& expression, int column) {
  return expression->kind() == ExpressionKind::kInputRef && expression->index() == column;
}

bool SameWindow(const OverNode::Fields& upper, const Merge& lower) {
  const OverNode::Fields& fields = lower.fields();
  if (upper.on_arrival != fields.on_arrival || upper.proctime != fields.proctime ||
      upper.partition_keys.size() != fields.partition_keys.size()) {
    return false;
  }
  const auto same = [&](int above, int below) {
    return IsColumn(lower.view()[static_cast<size_t>(above)], below);
  };
  return same(upper.order_column, fields.order_column) &&
         std::ranges::equal(upper.partition_keys, fields.partition_keys, same);
}

/// The node merged with the one below it, or null.
PlanNodePtr MergeBelow(const PlanNodePtr& node) {
  std::vector<const CalcNode*> between;
  const PlanNodePtr* below = &node->children()[0];
  for (const auto* calc = As<CalcNode>(*below); calc != nullptr; calc = As<CalcNode>(*below)) {
    if (!GoesAlong(*calc)) return nullptr;
    between.push_back(calc);
    below = &calc->children()[0];
  }
  if (!As<OverNode>(*below)) return nullptr;
  Merge merge(*below);
  for (auto calc = between.rbegin(); calc != between.rend(); ++calc) merge.Project(**calc);
  if (!SameWindow(As<OverNode>(node)->fields(), merge)) return nullptr;
  merge.Append(*As<OverNode>(node));
  return merge.Take();
}

}  // namespace

PlanNodePtr MergeOver(const PlanNodePtr& root) {
  std::vector<PlanNodePtr> children;
  bool changed = false;
  for (const PlanNodePtr& child : root->children()) {
    children.push_back(MergeOver(child));
    changed = changed || children.back() != child;
  }
  // Projections left above a merged node meet those that were there.
  PlanNodePtr node = root;
  if (const auto* calc = As<CalcNode>(root); changed && calc != nullptr) {
    node = MakeCalc(children[0], calc->condition(), calc->projections(), calc->schema().names());
  } else if (changed) {
    node = root->WithChildren(std::move(children));
  }
  if (!As<OverNode>(node)) return node;
  PlanNodePtr merged = MergeBelow(node);
  return merged != nullptr ? merged : node;
}

}  // namespace millrace
