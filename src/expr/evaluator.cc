// SPDX-License-Identifier: Apache-2.0
#include "expr/evaluator.h"

#include <arrow/array/util.h>
#include <arrow/compute/api.h>

#include <algorithm>

#include "base/check.h"
#include "expr/selection.h"

namespace millrace {

struct Evaluator::Node {
  explicit Node(ExpressionPtr e) : expression(std::move(e)) {
    for (const ExpressionPtr& arg : expression->args()) {
      args.push_back(std::make_unique<Node>(arg));
    }
    expression->CollectInputs(&used);
  }

  ExpressionPtr expression;
  std::vector<std::unique_ptr<Node>> args;
  std::vector<bool> used;
  std::unique_ptr<KernelState> state;
  arrow::Datum set;  // kInSet: the values as an array, made on first use

  Result<arrow::Datum> Evaluate(const RowFrame& frame, const SessionContext& session,
                                RowErrors* errors);

 private:
  Result<arrow::Datum> CallKernel(const RowFrame& frame, const SessionContext& session,
                                  RowErrors* errors);
  Result<arrow::Datum> Logical(bool is_and, const RowFrame& frame, const SessionContext& session,
                               RowErrors* errors);
  Result<arrow::Datum> Case(const RowFrame& frame, const SessionContext& session,
                            RowErrors* errors);
  Result<arrow::Datum> Coalesce(const RowFrame& frame, const SessionContext& session,
                                RowErrors* errors);
  Result<arrow::Datum> InSet(const RowFrame& frame, const SessionContext& session,
                             RowErrors* errors);
  /// Evaluates for some rows of the frame only; errors keep the frame's row numbers.
  Result<arrow::Datum> EvaluateRows(const RowFrame& frame, const std::vector<int32_t>& rows,
                                    const SessionContext& session, RowErrors* errors);
  /// Evaluates a branch for those rows of the frame.
  Status AddBranch(const RowFrame& frame, std::vector<int32_t> rows, const SessionContext& session,
                   RowErrors* errors, BranchMerger* merger);
};

Result<arrow::Datum> Evaluator::Node::Evaluate(const RowFrame& frame, const SessionContext& session,
                                               RowErrors* errors) {
  switch (expression->kind()) {
    case ExpressionKind::kLiteral: return arrow::Datum(expression->literal());
    case ExpressionKind::kInputRef: return frame.Column(static_cast<size_t>(expression->index()));
    case ExpressionKind::kCall:
    case ExpressionKind::kCast: return CallKernel(frame, session, errors);
    case ExpressionKind::kAnd: return Logical(true, frame, session, errors);
    case ExpressionKind::kOr: return Logical(false, frame, session, errors);
    case ExpressionKind::kCase: return Case(frame, session, errors);
    case ExpressionKind::kCoalesce: return Coalesce(frame, session, errors);
    case ExpressionKind::kFieldAccess: {
      TRY_ASSIGN(arrow::Datum row, args[0]->Evaluate(frame, session, errors));
      return FieldOf(row, expression->index());
    }
    case ExpressionKind::kInSet: return InSet(frame, session, errors);
    case ExpressionKind::kCurrentWatermark: return frame.Watermarks(expression->type());
  }
  return InternalError("unknown expression kind");
}

Result<arrow::Datum> Evaluator::Node::CallKernel(const RowFrame& frame,
                                                 const SessionContext& session, RowErrors* errors) {
  std::vector<arrow::Datum> values;
  values.reserve(args.size());
  for (auto& arg : args) {
    TRY_ASSIGN(arrow::Datum value, arg->Evaluate(frame, session, errors));
    values.push_back(std::move(value));
  }
  KernelContext context{session, expression->kernel_arg_types(), expression->type(), errors,
                        &state};
  return expression->kernel()(context, values, frame.rows());
}

Result<arrow::Datum> Evaluator::Node::EvaluateRows(const RowFrame& frame,
                                                   const std::vector<int32_t>& rows,
                                                   const SessionContext& session,
                                                   RowErrors* errors) {
  if (static_cast<int64_t>(rows.size()) == frame.rows()) return Evaluate(frame, session, errors);
  TRY_ASSIGN(RowFrame part, frame.Subset(rows, used));
  RowErrors part_errors;
  TRY_ASSIGN(arrow::Datum value, Evaluate(part, session, &part_errors));
  for (const RowErrors::Entry& entry : part_errors.entries()) {
    errors->Add(rows[static_cast<size_t>(entry.row)], entry.code, entry.message);
  }
  return value;
}

Result<arrow::Datum> Evaluator::Node::Logical(bool is_and, const RowFrame& frame,
                                              const SessionContext& session, RowErrors* errors) {
  TRY_ASSIGN(arrow::Datum result, args[0]->Evaluate(frame, session, errors));
  for (size_t i = 1; i < args.size(); ++i) {
    if (!args[i]->expression->can_fail()) {
      TRY_ASSIGN(arrow::Datum value, args[i]->Evaluate(frame, session, errors));
      TRY_ASSIGN(result, CombineKleene(is_and, result, value));
      continue;
    }
    // Rows already decided (FALSE for AND, TRUE for OR) never reach the next operand.
    const std::vector<int32_t> open = RowsWhereNot(result, /*value=*/!is_and, frame.rows());
    if (open.empty()) continue;
    TRY_ASSIGN(arrow::Datum value, args[i]->EvaluateRows(frame, open, session, errors));
    TRY_ASSIGN(arrow::Datum spread,
               Spread(value, open, frame.rows(), DataType::Boolean(), arrow::Datum(!is_and)));
    TRY_ASSIGN(result, CombineKleene(is_and, result, spread));
  }
  return result;
}

Result<arrow::Datum> Evaluator::Node::Case(const RowFrame& frame, const SessionContext& session,
                                           RowErrors* errors) {
  const size_t branches = args.size() / 2;
  std::vector<int32_t> open(static_cast<size_t>(frame.rows()));
  for (size_t i = 0; i < open.size(); ++i) open[i] = static_cast<int32_t>(i);
  BranchMerger merger(expression->type(), frame.rows());
  for (size_t i = 0; i < branches && !open.empty(); ++i) {
    TRY_ASSIGN(arrow::Datum condition, args[2 * i]->EvaluateRows(frame, open, session, errors));
    std::vector<int32_t> taken;
    std::vector<int32_t> rest;
    SplitByTruth(condition, open, &taken, &rest);
    TRY(args[2 * i + 1]->AddBranch(frame, std::move(taken), session, errors, &merger));
    open = std::move(rest);
  }
  if (args.size() % 2 == 1) {
    TRY(args.back()->AddBranch(frame, std::move(open), session, errors, &merger));
  }
  return merger.Finish();
}

Status Evaluator::Node::AddBranch(const RowFrame& frame, std::vector<int32_t> rows,
                                  const SessionContext& session, RowErrors* errors,
                                  BranchMerger* merger) {
  if (rows.empty()) return OkStatus();
  if (expression->kind() == ExpressionKind::kInputRef) {  // its rows need not be gathered first
    TRY_ASSIGN(const arrow::Datum column, Evaluate(frame, session, errors));
    std::vector<int32_t> positions = rows;
    return merger->AddSome(column, std::move(rows), std::move(positions));
  }
  TRY_ASSIGN(const arrow::Datum value, EvaluateRows(frame, rows, session, errors));
  return merger->Add(value, std::move(rows));
}

Result<arrow::Datum> Evaluator::Node::Coalesce(const RowFrame& frame, const SessionContext& session,
                                               RowErrors* errors) {
  std::vector<int32_t> open(static_cast<size_t>(frame.rows()));
  for (size_t i = 0; i < open.size(); ++i) open[i] = static_cast<int32_t>(i);
  BranchMerger merger(expression->type(), frame.rows());
  for (auto& arg : args) {
    if (open.empty()) break;
    TRY_ASSIGN(arrow::Datum value, arg->EvaluateRows(frame, open, session, errors));
    std::vector<int32_t> valid;
    std::vector<int32_t> positions;
    std::vector<int32_t> rest;
    SplitByValidity(value, open, &valid, &positions, &rest);
    TRY(merger.AddSome(value, std::move(valid), std::move(positions)));
    open = std::move(rest);
  }
  return merger.Finish();
}

Result<arrow::Datum> Evaluator::Node::InSet(const RowFrame& frame, const SessionContext& session,
                                            RowErrors* errors) {
  TRY_ASSIGN(arrow::Datum value, args[0]->Evaluate(frame, session, errors));
  if (set.kind() == arrow::Datum::NONE) {
    TRY_ASSIGN(set, ArrayOfScalars(args[0]->expression->type(), expression->set_values()));
  }
  return IsInSet(value, set, expression->set_has_null(), frame.rows());
}

Evaluator::Evaluator(std::vector<ExpressionPtr> expressions, const SessionContext* session)
    : session_(session) {
  for (ExpressionPtr& expression : expressions) {
    roots_.push_back(std::make_unique<Node>(std::move(expression)));
  }
}

Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

Result<std::vector<std::shared_ptr<arrow::Array>>> Evaluator::Evaluate(const Batch& batch,
                                                                       RowErrors* errors) {
  const RowFrame frame(&batch);
  std::vector<std::shared_ptr<arrow::Array>> columns;
  columns.reserve(roots_.size());
  for (auto& root : roots_) {
    TRY_ASSIGN(arrow::Datum value, root->Evaluate(frame, *session_, errors));
    TRY_ASSIGN(auto array, ToArray(value, root->expression->type(), batch.num_rows));
    columns.push_back(std::move(array));
  }
  errors->SortByRow();
  return columns;
}

Status Evaluator::Select(const Batch& batch, RowErrors* errors, std::vector<int32_t>* rows) {
  CHECK_EQ(roots_.size(), 1u);
  const RowFrame frame(&batch);
  TRY_ASSIGN(arrow::Datum value, roots_[0]->Evaluate(frame, *session_, errors));
  AppendTrueRows(value, batch.num_rows, rows);
  errors->SortByRow();
  return OkStatus();
}

Result<std::shared_ptr<arrow::Scalar>> EvaluateConstant(const ExpressionPtr& expression,
                                                        const SessionContext& session) {
  Evaluator evaluator({expression}, &session);
  Batch batch;
  batch.num_rows = 1;
  RowErrors errors;
  TRY_ASSIGN(auto columns, evaluator.Evaluate(batch, &errors));
  if (!errors.empty()) {
    return UserError("MR0306", "this constant expression fails: " + errors.entries()[0].message);
  }
  auto scalar = columns[0]->GetScalar(0);
  if (!scalar.ok()) return InternalError("constant without a value", scalar.status().ToString());
  return *scalar;
}

}  // namespace millrace
