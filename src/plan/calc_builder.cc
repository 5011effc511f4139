// SPDX-License-Identifier: Apache-2.0
#include "plan/calc_builder.h"

#include <algorithm>

#include "plan/nodes/rank_builder.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

bool IsCheap(const Expression& expression) {
  return expression.kind() == ExpressionKind::kInputRef ||
         expression.kind() == ExpressionKind::kLiteral;
}

void CountInputs(const Expression& expression, std::vector<int>* counts) {
  if (expression.kind() == ExpressionKind::kInputRef) {
    ++(*counts)[static_cast<size_t>(expression.index())];
  }
  for (const ExpressionPtr& arg : expression.args()) CountInputs(*arg, counts);
}

/// True if no work of the lower projection would be repeated or reordered by merging.
bool MergesFreely(const CalcNode& lower, const ExpressionPtr& condition,
                  const std::vector<ExpressionPtr>& projections) {
  std::vector<int> counts(lower.projections().size(), 0);
  if (condition) CountInputs(*condition, &counts);
  for (const ExpressionPtr& projection : projections) CountInputs(*projection, &counts);
  for (size_t i = 0; i < counts.size(); ++i) {
    const Expression& below = *lower.projections()[i];
    if (IsCheap(below)) continue;
    if (counts[i] > 1 || below.volatility() == Volatility::kVolatile) return false;
  }
  return true;
}

bool IsIdentity(const PlanNode& input, const std::vector<ExpressionPtr>& projections,
                const std::vector<std::string>& names) {
  if (projections.size() != input.schema().size()) return false;
  for (size_t i = 0; i < projections.size(); ++i) {
    if (projections[i]->kind() != ExpressionKind::kInputRef) return false;
    if (projections[i]->index() != static_cast<int>(i)) return false;
    if (names[i] != input.schema()[i].name) return false;
    if (projections[i]->type().time_attribute() != input.schema()[i].type.time_attribute()) {
      return false;
    }
  }
  return true;
}

/// Whether an expression reads columns only that a projection has passed on.
bool ReadsPassedColumns(const ExpressionPtr& expression, const CalcNode& lower) {
  std::vector<bool> read(lower.projections().size(), false);
  expression->CollectInputs(&read);
  for (size_t i = 0; i < lower.projections().size(); ++i) {
    if (read[i] && !IsCheap(*lower.projections()[i])) return false;
  }
  return true;
}

/// A filter that bounds a row number below a projection goes there; null if it does not.
PlanNodePtr BoundBelow(const CalcNode& lower, ExpressionPtr* condition) {
  const PlanNodePtr& input = lower.children()[0];
  if (As<RowNumberNode>(input) == nullptr) return nullptr;
  std::vector<ExpressionPtr> below = Conjuncts(lower.condition());
  std::vector<ExpressionPtr> above;
  for (ExpressionPtr& part : Conjuncts(*condition)) {
    if (ReadsPassedColumns(part, lower)) {
      below.push_back(part->Substitute(lower.projections()));
    } else {
      above.push_back(std::move(part));
    }
  }
  if (!BoundRowNumber(*As<RowNumberNode>(input), below)) return nullptr;
  *condition = ConjunctionOf(std::move(above));
  return MakeCalc(input, ConjunctionOf(std::move(below)), lower.projections(),
                  lower.schema().names());
}

}  // namespace

PlanNodePtr MakeCalc(PlanNodePtr input, ExpressionPtr condition,
                     std::vector<ExpressionPtr> projections, std::vector<std::string> names) {
  if (condition == nullptr && IsIdentity(*input, projections, names)) return input;
  if (const auto* lower = As<CalcNode>(input)) {
    if (MergesFreely(*lower, condition, projections)) {
      for (ExpressionPtr& projection : projections) {
        projection = projection->Substitute(lower->projections());
      }
      std::vector<ExpressionPtr> conditions = Conjuncts(lower->condition());
      if (condition) {
        for (ExpressionPtr& part : Conjuncts(condition->Substitute(lower->projections()))) {
          conditions.push_back(std::move(part));
        }
      }
      return MakeCalc(lower->children()[0], ConjunctionOf(std::move(conditions)),
                      std::move(projections), std::move(names));
    }
    if (condition != nullptr) {
      PlanNodePtr bounded = BoundBelow(*lower, &condition);
      if (bounded != nullptr) {
        return MakeCalc(std::move(bounded), std::move(condition), std::move(projections),
                        std::move(names));
      }
    }
  }
  if (const auto* number = As<RowNumberNode>(input); number != nullptr && condition != nullptr) {
    if (auto bound = BoundRowNumber(*number, Conjuncts(condition))) {
      for (ExpressionPtr& projection : projections) {
        projection = projection->Substitute(bound->columns);
      }
      return MakeCalc(std::move(bound->plan), ConjunctionOf(std::move(bound->conditions)),
                      std::move(projections), std::move(names));
    }
  }
  return std::make_shared<CalcNode>(std::move(input), std::move(condition), std::move(projections),
                                    std::move(names));
}

PlanNodePtr MakeFilter(PlanNodePtr input, ExpressionPtr condition) {
  if (condition == nullptr) return input;
  auto refs = InputRefs(input->schema());
  auto names = input->schema().names();
  return MakeCalc(std::move(input), std::move(condition), std::move(refs), std::move(names));
}

std::vector<ExpressionPtr> InputRefs(const Schema& schema) {
  std::vector<ExpressionPtr> refs;
  for (size_t i = 0; i < schema.size(); ++i) {
    refs.push_back(Expression::InputRef(static_cast<int>(i), schema[i].type, schema[i].name));
  }
  return refs;
}

PlanNodePtr Rename(PlanNodePtr input, std::vector<std::string> names) {
  auto refs = InputRefs(input->schema());
  return MakeCalc(std::move(input), nullptr, std::move(refs), std::move(names));
}

int ProjectionBuilder::Add(const ExpressionPtr& expression, const std::string& name) {
  for (size_t i = 0; i < expressions_.size(); ++i) {
    if (expressions_[i]->ToString() == expression->ToString() &&
        expressions_[i]->type() == expression->type()) {
      return static_cast<int>(i);
    }
  }
  expressions_.push_back(expression);
  names_.push_back(name);
  return static_cast<int>(expressions_.size()) - 1;
}

std::vector<ExpressionPtr> Conjuncts(const ExpressionPtr& condition) {
  if (condition == nullptr) return {};
  if (condition->kind() != ExpressionKind::kAnd) return {condition};
  std::vector<ExpressionPtr> parts;
  for (const ExpressionPtr& arg : condition->args()) {
    for (ExpressionPtr& part : Conjuncts(arg)) parts.push_back(std::move(part));
  }
  return parts;
}

ExpressionPtr ConjunctionOf(std::vector<ExpressionPtr> conjuncts) {
  return conjuncts.empty() ? nullptr : Expression::And(std::move(conjuncts));
}

}  // namespace millrace
