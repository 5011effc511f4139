// SPDX-License-Identifier: Apache-2.0
// Operators, comparisons, BETWEEN, LIKE, IN and CASE of the ExpressionBinder.
#include <arrow/scalar.h>

#include "functions/coercion.h"
#include "plan/binding/expression_binder.h"

namespace millrace {
namespace {

std::string_view IsTestFunction(sql::IsTestKind kind) {
  using K = sql::IsTestKind;
  switch (kind) {
    case K::kNull: return "IS NULL";
    case K::kTrue: return "IS TRUE";
    case K::kFalse: return "IS FALSE";
    case K::kUnknown: return "IS UNKNOWN";
    case K::kDistinctFrom: return "IS DISTINCT FROM";
    case K::kJson:
    case K::kJsonValue: return "IS JSON VALUE";
    case K::kJsonObject: return "IS JSON OBJECT";
    case K::kJsonArray: return "IS JSON ARRAY";
    case K::kJsonScalar: return "IS JSON SCALAR";
    default: return {};
  }
}

/// Flattens a AND (b AND c) and a AND b AND c alike.
void AppendFlat(ExpressionKind kind, const ExpressionPtr& value, std::vector<ExpressionPtr>* out) {
  if (value->kind() != kind) {
    out->push_back(value);
    return;
  }
  for (const ExpressionPtr& arg : value->args()) out->push_back(arg);
}

bool IsDateText(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '-' ? text[i] != '-' : !digit) return false;
  }
  return true;
}

bool IsNumberLiteral(const sql::Expr& expr) {
  const auto* literal = sql::As<sql::Literal>(expr);
  return literal != nullptr && (literal->literal == sql::LiteralKind::kInteger ||
                                literal->literal == sql::LiteralKind::kDecimal);
}

/// How one side of an operator that does not fit the other's type is written; empty if not known.
std::string Rewritten(std::string_view text, const sql::Expr& side, const DataType& other,
                      bool comparison) {
  const bool time = other.is_timestamp() || other.kind() == TypeKind::kDate;
  if (comparison && time && IsDateText(text)) {
    const std::string date = other.is_timestamp() ? "TIMESTAMP '" : "DATE '";
    return date + std::string(text) + (other.is_timestamp() ? " 00:00:00'" : "'");
  }
  if (!IsNumberLiteral(side)) return {};
  if (comparison && other.is_character()) return "'" + std::string(text) + "'";
  if (!comparison && other.is_timestamp()) return "INTERVAL '" + std::string(text) + "' SECOND";
  if (!comparison && other.kind() == TypeKind::kDate) {
    return "INTERVAL '" + std::string(text) + "' DAY";
  }
  return {};
}

/// The operator was refused: proposes the side that is easily written as what the other one needs.
void ProposeSide(BindContext* context, const sql::Binary& binary, const DataType& left,
                 const DataType& right, bool comparison) {
  auto& entries = context->diagnostics->mutable_entries();
  if (entries.empty() || entries.back().code != "MR0301") return;
  const std::string_view left_text = context->TextOf(binary.left->span);
  const std::string_view right_text = context->TextOf(binary.right->span);
  const std::string op = " " + std::string(sql::BinaryOpName(binary.op)) + " ";
  const std::string new_right = Rewritten(right_text, *binary.right, left, comparison);
  const std::string new_left = Rewritten(left_text, *binary.left, right, comparison);
  if (!new_right.empty()) {
    entries.back().try_text = std::string(left_text) + op + new_right;
  } else if (!new_left.empty()) {
    entries.back().try_text = new_left + op + std::string(right_text);
  }
}

bool IsSetType(const DataType& type) {
  return type.is_integer() || type.kind() == TypeKind::kVarchar || type.kind() == TypeKind::kChar ||
         type.kind() == TypeKind::kDate;
}

}  // namespace

ExpressionPtr ExpressionBinder::Negate(ExpressionPtr value, bool negated, Span span) {
  if (value == nullptr || !negated) return value;
  return Call("NOT", {std::move(value)}, span);
}

ExpressionPtr ExpressionBinder::BindUnary(const sql::Unary& unary) {
  switch (unary.op) {
    case sql::UnaryOp::kNot: {
      ExpressionPtr operand = BindCondition(*unary.operand, "NOT");
      return operand == nullptr ? nullptr : Call("NOT", {std::move(operand)}, unary.span);
    }
    case sql::UnaryOp::kPlus: return BindTyped(*unary.operand);
    case sql::UnaryOp::kMinus: {
      if (const auto* literal = sql::As<sql::Literal>(unary.operand)) {
        const bool number = literal->literal == sql::LiteralKind::kInteger ||
                            literal->literal == sql::LiteralKind::kDecimal ||
                            literal->literal == sql::LiteralKind::kDouble;
        if (number && !literal->text.starts_with("-")) {
          sql::Literal negative = *literal;
          negative.text = "-" + literal->text;
          negative.span = unary.span;
          return BindLiteral(context_, negative);
        }
      }
      ExpressionPtr operand = BindTyped(*unary.operand);
      return operand == nullptr ? nullptr : Call("-", {std::move(operand)}, unary.span);
    }
    default: context_->NotSupported("RUNNING and FINAL", unary.span); return nullptr;
  }
}

ExpressionPtr ExpressionBinder::Compare(std::string_view op, ExpressionPtr left,
                                        ExpressionPtr right, Span span) {
  // A bare NULL takes the type of the other side, as in Flink.
  const bool left_null = left->type().kind() == TypeKind::kNull;
  const bool right_null = right->type().kind() == TypeKind::kNull;
  if (left_null && right_null) return Expression::NullLiteral(DataType::Boolean());
  if (left_null) left = Expression::NullLiteral(right->type());
  if (right_null) right = Expression::NullLiteral(left->type());
  return Call(op, {std::move(left), std::move(right)}, span);
}

ExpressionPtr ExpressionBinder::BindBinary(const sql::Binary& binary) {
  using Op = sql::BinaryOp;
  switch (binary.op) {
    case Op::kAnd:
    case Op::kOr: {
      const bool is_and = binary.op == Op::kAnd;
      ExpressionPtr left = BindCondition(*binary.left, is_and ? "AND" : "OR");
      ExpressionPtr right = BindCondition(*binary.right, is_and ? "AND" : "OR");
      if (left == nullptr || right == nullptr) return nullptr;
      const ExpressionKind kind = is_and ? ExpressionKind::kAnd : ExpressionKind::kOr;
      std::vector<ExpressionPtr> args;
      AppendFlat(kind, left, &args);
      AppendFlat(kind, right, &args);
      return is_and ? Expression::And(std::move(args)) : Expression::Or(std::move(args));
    }
    case Op::kEqual:
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual: {
      ExpressionPtr left = Bind(*binary.left);
      ExpressionPtr right = Bind(*binary.right);
      if (left == nullptr || right == nullptr) return nullptr;
      ExpressionPtr result = Compare(sql::BinaryOpName(binary.op), left, right, binary.span);
      if (result == nullptr) ProposeSide(context_, binary, left->type(), right->type(), true);
      return result;
    }
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kModulo:
    case Op::kConcat: {
      ExpressionPtr left = BindTyped(*binary.left);
      ExpressionPtr right = BindTyped(*binary.right);
      if (left == nullptr || right == nullptr) return nullptr;
      ExpressionPtr result = Call(sql::BinaryOpName(binary.op), {left, right}, binary.span);
      if (result == nullptr) ProposeSide(context_, binary, left->type(), right->type(), false);
      return result;
    }
    case Op::kOverlaps: {
      // The function takes the four ends, not two rows.
      std::vector<ExpressionPtr> ends;
      for (const sql::Expr* side : {binary.left.get(), binary.right.get()}) {
        const auto* period = sql::As<sql::Row>(*side);
        if (period == nullptr || period->values.size() != 2) {
          context_->NotSupported("OVERLAPS of anything but (start, end)", side->span);
          return nullptr;
        }
        for (const sql::ExprPtr& value : period->values) {
          ends.push_back(BindTyped(*value));
          if (ends.back() == nullptr) return nullptr;
        }
      }
      return Call("OVERLAPS", std::move(ends), binary.span);
    }
    default:
      context_->NotSupported("operator " + std::string(sql::BinaryOpName(binary.op)),
                             binary.op_span);
      return nullptr;
  }
}

ExpressionPtr ExpressionBinder::BindIsTest(const sql::IsTest& test) {
  const std::string_view function = IsTestFunction(test.test);
  if (function.empty()) {
    context_->NotSupported("this IS test", test.span);
    return nullptr;
  }
  ExpressionPtr value = Bind(*test.value);
  if (value == nullptr) return nullptr;
  if (test.test == sql::IsTestKind::kDistinctFrom) {
    ExpressionPtr other = Bind(*test.other);
    if (other == nullptr) return nullptr;
    if (value->type().kind() == TypeKind::kNull) value = Expression::NullLiteral(other->type());
    if (other->type().kind() == TypeKind::kNull) other = Expression::NullLiteral(value->type());
    return Negate(Call(function, {std::move(value), std::move(other)}, test.span), test.negated,
                  test.span);
  }
  if (value->type().kind() == TypeKind::kNull) value = Expression::NullLiteral(DataType::Boolean());
  if (test.test == sql::IsTestKind::kNull && test.negated) {
    return Call("IS NOT NULL", {std::move(value)}, test.span);
  }
  return Negate(Call(function, {std::move(value)}, test.span), test.negated, test.span);
}

ExpressionPtr ExpressionBinder::BindBetween(const sql::Between& between) {
  ExpressionPtr value = Bind(*between.value);
  ExpressionPtr low = Bind(*between.low);
  ExpressionPtr high = Bind(*between.high);
  if (value == nullptr || low == nullptr || high == nullptr) return nullptr;
  const Span span = between.span;
  const auto within = [&](const ExpressionPtr& from, const ExpressionPtr& to) -> ExpressionPtr {
    ExpressionPtr above = Compare(">=", value, from, span);
    ExpressionPtr below = Compare("<=", value, to, span);
    if (above == nullptr || below == nullptr) return nullptr;
    return Expression::And({std::move(above), std::move(below)});
  };
  ExpressionPtr result = within(low, high);
  if (between.symmetric && result != nullptr) {
    ExpressionPtr swapped = within(high, low);
    result = swapped == nullptr ? nullptr : Expression::Or({result, swapped});
  }
  return Negate(std::move(result), between.negated, span);
}

ExpressionPtr ExpressionBinder::BindLike(const sql::Like& like) {
  std::string_view function;
  switch (like.like) {
    case sql::LikeKind::kLike: function = "LIKE"; break;
    case sql::LikeKind::kSimilarTo: function = "SIMILAR TO"; break;
    default:
      context_->NotSupported("ILIKE and RLIKE", like.span,
                             "Write LOWER(x) LIKE .. or REGEXP(x, ..) instead.");
      return nullptr;
  }
  std::vector<ExpressionPtr> args;
  for (const sql::ExprPtr* part : {&like.value, &like.pattern, &like.escape}) {
    if (*part == nullptr) continue;
    args.push_back(BindTyped(**part));
    if (args.back() == nullptr) return nullptr;
  }
  return Negate(Call(function, std::move(args), like.span), like.negated, like.span);
}

ExpressionPtr ExpressionBinder::BindIn(const sql::In& in) {
  if (in.query != nullptr) {
    context_->NotSupported("IN (SELECT ..)", in.span, "Join the subquery in FROM instead.");
    return nullptr;
  }
  ExpressionPtr value = Bind(*in.value);
  auto list = BindAll(in.list);
  if (value == nullptr || !list) return nullptr;
  std::vector<std::shared_ptr<arrow::Scalar>> constants;
  bool has_null = false;
  bool as_set = IsSetType(value->type()) && list->size() > 3;
  for (const ExpressionPtr& item : *list) {
    if (!as_set) break;
    if (item->kind() != ExpressionKind::kLiteral) {
      as_set = false;
    } else if (item->type().kind() == TypeKind::kNull || !item->literal()->is_valid) {
      has_null = true;
    } else {
      const auto type = ComparisonType(value->type(), item->type());
      as_set = type && type->EqualIgnoringNull(value->type());
      if (as_set) constants.push_back(item->literal());
      // Texts of another length and smaller integers compare as they are once their storage agrees.
      as_set = as_set && item->literal()->type->Equals(*value->type().ToArrow());
    }
  }
  if (as_set) {
    return Negate(Expression::InSet(value, std::move(constants), has_null), in.negated, in.span);
  }
  std::vector<ExpressionPtr> tests;
  for (size_t i = 0; i < list->size(); ++i) {
    ExpressionPtr test = Compare("=", value, (*list)[i], in.list[i]->span);
    if (test == nullptr) return nullptr;
    tests.push_back(std::move(test));
  }
  ExpressionPtr any = tests.size() == 1 ? tests[0] : Expression::Or(std::move(tests));
  return Negate(std::move(any), in.negated, in.span);
}

/// `x > ANY (1, 2)`: comparisons joined by OR, those of ALL by AND.
ExpressionPtr ExpressionBinder::BindQuantified(const sql::Quantified& node) {
  if (node.query != nullptr) {
    context_->NotSupported("a subquery in an expression", node.span,
                           "Join the subquery in FROM instead.");
    return nullptr;
  }
  const ExpressionPtr value = Bind(*node.value);
  const auto list = BindAll(node.list);
  if (value == nullptr || !list) return nullptr;
  std::vector<ExpressionPtr> tests;
  for (size_t i = 0; i < list->size(); ++i) {
    tests.push_back(Compare(sql::BinaryOpName(node.op), value, (*list)[i], node.list[i]->span));
    if (tests.back() == nullptr) return nullptr;
  }
  if (tests.size() == 1) return tests[0];
  return node.all ? Expression::And(std::move(tests)) : Expression::Or(std::move(tests));
}

ExpressionPtr ExpressionBinder::BindCase(const sql::Case& node) {
  std::vector<ExpressionPtr> conditions;
  std::vector<ExpressionPtr> values;
  ExpressionPtr operand;
  bool failed = false;
  if (node.operand != nullptr) {
    operand = BindTyped(*node.operand);
    failed = operand == nullptr;
  }
  for (const sql::Case::When& when : node.whens) {
    std::vector<ExpressionPtr> tests;
    for (const sql::ExprPtr& condition : when.conditions) {
      ExpressionPtr test;
      if (node.operand == nullptr) {
        test = BindCondition(*condition, "WHEN");
      } else if (ExpressionPtr bound = Bind(*condition); bound != nullptr && operand != nullptr) {
        test = Compare("=", operand, std::move(bound), condition->span);
      }
      failed = failed || test == nullptr;
      tests.push_back(std::move(test));
    }
    conditions.push_back(failed || tests.size() == 1 ? tests[0] : Expression::Or(tests));
    values.push_back(Bind(*when.result));
    failed = failed || values.back() == nullptr;
  }
  if (node.otherwise != nullptr) {
    values.push_back(Bind(*node.otherwise));
    failed = failed || values.back() == nullptr;
  } else {
    values.push_back(Expression::NullLiteral(DataType::Null()));
  }
  if (failed) return nullptr;
  const auto type = Unify(context_, &values, node.span, "CASE");
  if (!type) return nullptr;
  std::vector<ExpressionPtr> args;
  for (size_t i = 0; i < conditions.size(); ++i) {
    args.push_back(conditions[i]);
    args.push_back(values[i]);
  }
  args.push_back(values.back());
  return Expression::Case(std::move(args), *type);
}

}  // namespace millrace
