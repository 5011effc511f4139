// SPDX-License-Identifier: Apache-2.0
// Evaluator: computes bound expressions over batches. One per operator and shard; keeps per-call
// kernel state (compiled patterns ...). CASE, COALESCE, AND, OR evaluate a branch only for the rows
// that reach it when that branch can fail, so `CASE WHEN b <> 0 THEN a / b END` is safe.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "base/result.h"
#include "data/batch.h"
#include "expr/expression.h"

namespace millrace {

class Evaluator {
 public:
  /// `session` is read at each call and must outlive the evaluator.
  Evaluator(std::vector<ExpressionPtr> expressions, const SessionContext* session);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  /// One array of batch.num_rows per expression. Rows that failed are in `errors` (sorted by row)
  /// and NULL in the result.
  Result<std::vector<std::shared_ptr<arrow::Array>>> Evaluate(const Batch& batch,
                                                              RowErrors* errors);
  /// For a single BOOLEAN expression: appends the rows where it is TRUE.
  Status Select(const Batch& batch, RowErrors* errors, std::vector<int32_t>* rows);

 private:
  struct Node;
  std::vector<std::unique_ptr<Node>> roots_;
  const SessionContext* session_;
};

/// Evaluates an expression without inputs to a constant. Fails with MR0306 when evaluation fails.
Result<std::shared_ptr<arrow::Scalar>> EvaluateConstant(const ExpressionPtr& expression,
                                                        const SessionContext& session);

}  // namespace millrace
