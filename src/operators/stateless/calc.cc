// SPDX-License-Identifier: Apache-2.0
// Calc: WHERE and SELECT in one pass. The condition sees the whole batch; the projections see only
// the rows that passed, and of those only the columns they use. What stands in several expressions
// is computed once (expr/shared_columns.h). A row that an expression fails on is reported and
// dropped.
#include <arrow/api.h>

#include "expr/evaluator.h"
#include "expr/shared_columns.h"
#include "operators/builtin.h"
#include "operators/row_failures.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

/// The expressions of a CalcNode over the columns they are evaluated on: first those of the input
/// and what is shared with the condition, then only those which the projections use.
struct CalcProgram {
  CalcProgram(const CalcNode& calc, const Schema& input, const SessionContext* session) {
    std::vector<ExpressionPtr> all;
    if (calc.condition() != nullptr) all.push_back(calc.condition());
    const size_t conditions = all.size();
    all.insert(all.end(), calc.projections().begin(), calc.projections().end());
    before.emplace(input.size(), conditions, session, &all);
    if (conditions > 0) condition.emplace(std::vector<ExpressionPtr>{all[0]}, session);
    all.erase(all.begin(), all.begin() + static_cast<int64_t>(conditions));

    std::vector<bool> is_used(input.size() + before->size(), false);
    for (const ExpressionPtr& projection : all) projection->CollectInputs(&is_used);
    std::vector<int> mapping(is_used.size(), -1);
    for (size_t i = 0; i < is_used.size(); ++i) {
      if (!is_used[i]) continue;
      mapping[i] = static_cast<int>(used.size());
      used.push_back(i);
    }
    for (ExpressionPtr& projection : all) projection = projection->Remap(mapping);
    behind.emplace(used.size(), all.size(), session, &all);
    projections.emplace(std::move(all), session);
  }

  std::optional<SharedColumns> before;  // of the whole batch
  std::optional<Evaluator> condition;
  std::vector<size_t> used;             // columns of the batch and of `before`
  std::optional<SharedColumns> behind;  // of the rows that passed
  std::optional<Evaluator> projections;
};

class Calc final : public Operator {
 public:
  Calc(const PlanNodePtr& node, const OperatorContext& context)
      : context_(context),
        input_schema_(node->children()[0]->schema()),
        program_(*As<CalcNode>(node), input_schema_, context.session) {}

  Status OnBatch(int, Batch batch, Output* output) override {
    Batch wide = batch;
    if (!program_.before->empty()) {
      TRY_ASSIGN(wide, program_.before->AppendTo(std::move(wide)));
    }
    std::vector<int32_t> selected;
    bool all = true;
    if (program_.condition.has_value()) {
      errors_.Clear();
      TRY(program_.condition->Select(wide, &errors_, &selected));
      if (!errors_.empty()) TRY(ReportRowErrors(context_, errors_, batch, input_schema_));
      const auto kept = static_cast<int64_t>(selected.size());
      all = kept == batch.num_rows;
      context_.metrics->rows_filtered +=
          static_cast<uint64_t>(batch.num_rows - kept) - errors_.entries().size();
      if (selected.empty()) return OkStatus();
    }
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const size_t column : program_.used) columns.push_back(wide.columns[column]);
    Batch input = wide.WithColumns(std::move(columns));
    if (!all) input = input.Take(selected);
    if (!program_.behind->empty()) {
      TRY_ASSIGN(input, program_.behind->AppendTo(std::move(input)));
    }

    errors_.Clear();
    TRY_ASSIGN(auto values, program_.projections->Evaluate(input, &errors_));
    Batch result = input.WithColumns(std::move(values));
    if (!errors_.empty()) {
      TRY(ReportRowErrors(context_, errors_, batch, input_schema_,
                          all ? std::span<const int32_t>() : std::span<const int32_t>(selected)));
      result = result.Take(RowsWithoutError(errors_, result.num_rows));
    }
    output->Push(std::move(result));
    return OkStatus();
  }

 private:
  OperatorContext context_;
  Schema input_schema_;
  CalcProgram program_;
  RowErrors errors_;
};

}  // namespace

void RegisterCalc(OperatorRegistry* registry) {
  registry->Register(CalcNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<Calc>(node, context);
                     });
}

}  // namespace millrace
