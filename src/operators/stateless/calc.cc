// SPDX-License-Identifier: Apache-2.0
// Calc: WHERE and SELECT in one pass. The condition sees the whole batch; the projections see only
// the rows that passed, and of those only the columns they use. A row that an expression fails on
// is reported and dropped.
#include <arrow/api.h>

#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/row_failures.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

class Calc final : public Operator {
 public:
  Calc(PlanNodePtr node, const OperatorContext& context)
      : node_(std::move(node)),
        context_(context),
        input_schema_(node_->children()[0]->schema()),
        projections_(Projections(), context.session) {
    const auto* calc = As<CalcNode>(node_);
    if (calc->condition() != nullptr) {
      condition_.emplace(std::vector<ExpressionPtr>{calc->condition()}, context.session);
    }
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    std::vector<int32_t> selected;
    bool all = true;
    if (condition_.has_value()) {
      errors_.Clear();
      TRY(condition_->Select(batch, &errors_, &selected));
      if (!errors_.empty()) TRY(ReportRowErrors(context_, errors_, batch, input_schema_));
      const auto kept = static_cast<int64_t>(selected.size());
      all = kept == batch.num_rows;
      context_.metrics->rows_filtered +=
          static_cast<uint64_t>(batch.num_rows - kept) - errors_.entries().size();
      if (selected.empty()) return OkStatus();
    }
    Batch input = batch;
    input.columns.clear();
    for (int column : used_) input.columns.push_back(batch.columns[static_cast<size_t>(column)]);
    if (!all) input = input.Take(selected);

    errors_.Clear();
    TRY_ASSIGN(auto columns, projections_.Evaluate(input, &errors_));
    Batch result = input.WithColumns(std::move(columns));
    if (!errors_.empty()) {
      TRY(ReportRowErrors(context_, errors_, batch, input_schema_,
                          all ? std::span<const int32_t>() : std::span<const int32_t>(selected)));
      result = result.Take(RowsWithoutError(errors_, result.num_rows));
    }
    output->Push(std::move(result));
    return OkStatus();
  }

 private:
  /// The projections over the columns they use; fills used_.
  std::vector<ExpressionPtr> Projections() {
    const auto* calc = As<CalcNode>(node_);
    std::vector<bool> is_used(node_->children()[0]->schema().size(), false);
    for (const ExpressionPtr& projection : calc->projections()) projection->CollectInputs(&is_used);
    std::vector<int> mapping(is_used.size(), -1);
    for (size_t i = 0; i < is_used.size(); ++i) {
      if (!is_used[i]) continue;
      mapping[i] = static_cast<int>(used_.size());
      used_.push_back(static_cast<int>(i));
    }
    std::vector<ExpressionPtr> projections;
    for (const ExpressionPtr& projection : calc->projections()) {
      projections.push_back(projection->Remap(mapping));
    }
    return projections;
  }

  PlanNodePtr node_;
  OperatorContext context_;
  Schema input_schema_;
  std::vector<int> used_;  // input columns that projections read; set before projections_
  Evaluator projections_;
  std::optional<Evaluator> condition_;
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
