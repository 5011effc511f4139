// SPDX-License-Identifier: Apache-2.0
// AggregateCollector: binds aggregate calls over the rows below an aggregation; equal calls are
// found again.
#pragma once

#include <string>
#include <vector>

#include "plan/binding/expression_binder.h"
#include "plan/binding/query/aggregate_placement.h"

namespace millrace {

class AggregateCollector {
 public:
  AggregateCollector(BindContext* context, const Scope* scope, bool retraction,
                     Aggregation* aggregation)
      : context_(context), scope_(scope), retraction_(retraction), aggregation_(aggregation) {}

  /// There are keys.
  void set_grouped(bool grouped) { grouped_ = grouped; }
  /// Index of the call in Aggregation::calls, or -1 after a diagnostic.
  int Add(const sql::FunctionCall& call);

 private:
  std::string Suffix() const { return std::to_string(aggregation_->input.size()); }
  bool BindArguments(const sql::FunctionCall& call, AggregateCall* bound,
                     std::vector<ExpressionPtr>* args);
  bool CheckClauses(const sql::FunctionCall& call);
  bool BindFilter(const sql::FunctionCall& call, const std::vector<ExpressionPtr>& args,
                  AggregateCall* bound);
  int Insert(AggregateCall bound);

  BindContext* context_;
  const Scope* scope_;
  bool retraction_;
  bool grouped_ = false;
  Aggregation* aggregation_;
};

}  // namespace millrace
