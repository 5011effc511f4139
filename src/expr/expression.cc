// SPDX-License-Identifier: Apache-2.0
#include "expr/expression.h"

#include <arrow/scalar.h>

#include <algorithm>

#include "base/check.h"
#include "expr/literal_text.h"
#include "functions/coercion.h"

namespace millrace {
namespace {

bool IsSymbolOperator(std::string_view name) {
  return !name.empty() && std::string_view("+-*/%=<>|").find(name[0]) != std::string_view::npos;
}

std::string JoinArgs(const std::vector<ExpressionPtr>& args, std::string_view separator) {
  std::string text;
  for (size_t i = 0; i < args.size(); ++i) {
    if (i > 0) text += separator;
    text += args[i]->ToString();
  }
  return text;
}

std::string CaseText(const std::vector<ExpressionPtr>& args) {
  std::string text = "CASE";
  size_t i = 0;
  for (; i + 1 < args.size(); i += 2) {
    text += " WHEN " + args[i]->ToString() + " THEN " + args[i + 1]->ToString();
  }
  if (i < args.size()) text += " ELSE " + args[i]->ToString();
  return text + " END";
}

}  // namespace

ExpressionPtr Expression::Literal(std::shared_ptr<arrow::Scalar> value, DataType type) {
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kLiteral;
  node->type_ = type.Nullable(!value->is_valid);
  node->literal_ = std::move(value);
  node->Finish();
  return node;
}

ExpressionPtr Expression::NullLiteral(DataType type) {
  return Literal(arrow::MakeNullScalar(type.ToArrow()), type.Nullable());
}

ExpressionPtr Expression::BooleanLiteral(bool value) {
  return Literal(std::make_shared<arrow::BooleanScalar>(value), DataType::Boolean());
}

ExpressionPtr Expression::InputRef(int index, DataType type, std::string name) {
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kInputRef;
  node->type_ = std::move(type);
  node->index_ = index;
  node->name_ = std::move(name);
  node->Finish();
  return node;
}

ExpressionPtr Expression::Call(const ScalarFunction* function, ResolvedCall call,
                               std::vector<ExpressionPtr> args, std::vector<std::string> options) {
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kCall;
  node->type_ = std::move(call.result);
  node->args_ = std::move(args);
  node->function_ = function;
  node->can_fail_ = function->can_fail && call.can_fail;
  node->kernel_ = std::move(call.kernel);
  node->kernel_arg_types_ = std::move(call.arg_types);
  node->options_ = std::move(options);
  node->Finish();
  return node;
}

Result<ExpressionPtr> Expression::Cast(ExpressionPtr arg, DataType to, bool try_cast,
                                       bool implicit) {
  const DataType from = arg->type();
  DataType target = to.Nullable(from.nullable() || try_cast || (!implicit && to.nullable()));
  if (implicit) target = to.Nullable(from.nullable());
  if (from.EqualIgnoringNull(to) && !try_cast) return arg;
  if (from.kind() == TypeKind::kNull) return NullLiteral(to);
  TRY_ASSIGN(ScalarKernel kernel, FindCast(from, to, try_cast));
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kCast;
  const bool can_fail = !try_cast && CastCanFail(from, to);
  // A cast whose failure is NULL (decimal overflow) keeps its argument's nullability, as in Flink.
  node->type_ = target.Nullable(from.nullable() || try_cast);
  node->args_ = {std::move(arg)};
  node->kernel_ = std::move(kernel);
  node->kernel_arg_types_ = {from};
  node->try_cast_ = try_cast;
  node->can_fail_ = can_fail;
  node->Finish();
  return node;
}

ExpressionPtr Expression::And(std::vector<ExpressionPtr> args) {
  if (args.empty()) return BooleanLiteral(true);
  if (args.size() == 1) return args[0];
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kAnd;
  node->args_ = std::move(args);
  node->type_ = DataType::Boolean().Nullable(
      std::any_of(node->args_.begin(), node->args_.end(),
                  [](const ExpressionPtr& e) { return e->type().nullable(); }));
  node->Finish();
  return node;
}

ExpressionPtr Expression::Or(std::vector<ExpressionPtr> args) {
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kOr;
  node->args_ = std::move(args);
  node->type_ = DataType::Boolean().Nullable(
      std::any_of(node->args_.begin(), node->args_.end(),
                  [](const ExpressionPtr& e) { return e->type().nullable(); }));
  node->Finish();
  return node;
}

ExpressionPtr Expression::Case(std::vector<ExpressionPtr> args, DataType type) {
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kCase;
  node->args_ = std::move(args);
  node->type_ = std::move(type);
  node->Finish();
  return node;
}

ExpressionPtr Expression::Coalesce(std::vector<ExpressionPtr> args, DataType type) {
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kCoalesce;
  node->args_ = std::move(args);
  node->type_ = std::move(type);
  node->Finish();
  return node;
}

ExpressionPtr Expression::FieldAccess(ExpressionPtr row, int field) {
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kFieldAccess;
  const DataType::Field& info = row->type().fields()[static_cast<size_t>(field)];
  node->type_ = info.type.Nullable(info.type.nullable() || row->type().nullable());
  node->name_ = info.name;
  node->index_ = field;
  node->args_ = {std::move(row)};
  node->Finish();
  return node;
}

ExpressionPtr Expression::InSet(ExpressionPtr arg,
                                std::vector<std::shared_ptr<arrow::Scalar>> values, bool has_null) {
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kInSet;
  node->type_ = DataType::Boolean().Nullable(arg->type().nullable() || has_null);
  node->args_ = {std::move(arg)};
  node->set_values_ = std::move(values);
  node->set_has_null_ = has_null;
  node->Finish();
  return node;
}

ExpressionPtr Expression::CurrentWatermark(DataType type) {
  auto node = std::shared_ptr<Expression>(new Expression());
  node->kind_ = ExpressionKind::kCurrentWatermark;
  node->type_ = type.Nullable();
  node->Finish();
  return node;
}

void Expression::Finish() {
  switch (kind_) {
    case ExpressionKind::kLiteral: text_ = LiteralText(type_, *literal_); break;
    case ExpressionKind::kInputRef: text_ = "$" + std::to_string(index_) + ":" + name_; break;
    case ExpressionKind::kCall: {
      const std::string& name = function_->name;
      volatility_ = function_->volatility;
      text_ = args_.size() == 2 && IsSymbolOperator(name)
                  ? "(" + JoinArgs(args_, " " + name + " ") + ")"
                  : name + "(" + JoinArgs(args_, ", ") + ")";
      if (options_.empty()) break;
      text_.back() = ' ';
      for (const std::string& option : options_) text_ += option + " ";
      text_.back() = ')';
      break;
    }
    case ExpressionKind::kCast:
      text_ = std::string(try_cast_ ? "TRY_CAST(" : "CAST(") + args_[0]->ToString() + " AS " +
              type_.Nullable().ToString() + ")";
      break;
    case ExpressionKind::kAnd: text_ = "(" + JoinArgs(args_, " AND ") + ")"; break;
    case ExpressionKind::kOr: text_ = "(" + JoinArgs(args_, " OR ") + ")"; break;
    case ExpressionKind::kCase: text_ = CaseText(args_); break;
    case ExpressionKind::kCoalesce: text_ = "COALESCE(" + JoinArgs(args_, ", ") + ")"; break;
    case ExpressionKind::kFieldAccess: text_ = args_[0]->ToString() + "." + name_; break;
    case ExpressionKind::kInSet: {
      text_ = args_[0]->ToString() + " IN (";
      for (size_t i = 0; i < set_values_.size(); ++i) {
        text_ += (i > 0 ? ", " : "") + LiteralText(args_[0]->type(), *set_values_[i]);
      }
      text_ += set_has_null_ ? ", NULL)" : ")";
      break;
    }
    case ExpressionKind::kCurrentWatermark:
      text_ = "CURRENT_WATERMARK()";
      volatility_ = Volatility::kSession;
      break;
  }
  for (const ExpressionPtr& arg : args_) {
    volatility_ = std::max(volatility_, arg->volatility_);
    can_fail_ = can_fail_ || arg->can_fail_;
  }
}

void Expression::CollectInputs(std::vector<bool>* used) const {
  if (kind_ == ExpressionKind::kInputRef) {
    if (used->size() <= static_cast<size_t>(index_)) used->resize(static_cast<size_t>(index_) + 1);
    (*used)[static_cast<size_t>(index_)] = true;
  }
  for (const ExpressionPtr& arg : args_) arg->CollectInputs(used);
}

ExpressionPtr Expression::WithArgs(std::vector<ExpressionPtr> args) const {
  auto node = std::shared_ptr<Expression>(new Expression(*this));
  node->args_ = std::move(args);
  node->Finish();
  return node;
}

ExpressionPtr Expression::Substitute(const std::vector<ExpressionPtr>& replacements) const {
  if (kind_ == ExpressionKind::kInputRef) {
    CHECK_LT(static_cast<size_t>(index_), replacements.size());
    return replacements[static_cast<size_t>(index_)];
  }
  std::vector<ExpressionPtr> args;
  args.reserve(args_.size());
  for (const ExpressionPtr& arg : args_) args.push_back(arg->Substitute(replacements));
  return WithArgs(std::move(args));
}

ExpressionPtr Expression::Remap(const std::vector<int>& mapping) const {
  if (kind_ == ExpressionKind::kInputRef) {
    CHECK_LT(static_cast<size_t>(index_), mapping.size());
    const int target = mapping[static_cast<size_t>(index_)];
    CHECK_GE(target, 0);
    return InputRef(target, type_, name_);
  }
  std::vector<ExpressionPtr> args;
  args.reserve(args_.size());
  for (const ExpressionPtr& arg : args_) args.push_back(arg->Remap(mapping));
  return WithArgs(std::move(args));
}

ExpressionPtr Expression::MapArgs(
    const std::function<ExpressionPtr(const ExpressionPtr&)>& map) const {
  std::vector<ExpressionPtr> args;
  args.reserve(args_.size());
  for (const ExpressionPtr& arg : args_) args.push_back(map(arg));
  return WithArgs(std::move(args));
}

}  // namespace millrace
