// SPDX-License-Identifier: Apache-2.0
// Building of Calc nodes: merges with a Calc below where that costs nothing, leaves out what
// changes nothing.
#pragma once

#include <string>
#include <vector>

#include "plan/node.h"

namespace millrace {

/// Filter (may be null) and projection of `input`.
PlanNodePtr MakeCalc(PlanNodePtr input, ExpressionPtr condition,
                     std::vector<ExpressionPtr> projections, std::vector<std::string> names);
/// Filter only.
PlanNodePtr MakeFilter(PlanNodePtr input, ExpressionPtr condition);
/// All columns of a node as expressions.
std::vector<ExpressionPtr> InputRefs(const Schema& schema);
/// The same relation under other column names.
PlanNodePtr Rename(PlanNodePtr input, std::vector<std::string> names);

/// Ordered set of expressions, equal ones once: the columns of a projection under construction.
class ProjectionBuilder {
 public:
  /// Position of the expression; `name` is used when it is new.
  int Add(const ExpressionPtr& expression, const std::string& name);
  size_t size() const { return expressions_.size(); }
  const std::vector<ExpressionPtr>& expressions() const { return expressions_; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<ExpressionPtr> expressions_;
  std::vector<std::string> names_;
};

/// Splits a condition at its ANDs.
std::vector<ExpressionPtr> Conjuncts(const ExpressionPtr& condition);
/// AND of all; null if there are none.
ExpressionPtr ConjunctionOf(std::vector<ExpressionPtr> conjuncts);

}  // namespace millrace
