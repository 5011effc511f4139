// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/joins/join_conditions.h"

#include <arrow/scalar.h>

#include <algorithm>
#include <array>

namespace millrace {
namespace {

/// NULL if one of their arguments is.
constexpr std::array<std::string_view, 15> kStrict = {
    "%", "*", "+", "-", "/", "<", "<=", "<>", "=", ">", ">=", "LIKE", "LOWER", "NOT", "UPPER"};

bool IsNullWithNulls(const ExpressionPtr& value, int begin, int end) {
  switch (value->kind()) {
    case ExpressionKind::kInputRef: return value->index() >= begin && value->index() < end;
    case ExpressionKind::kLiteral: return !value->literal()->is_valid;
    case ExpressionKind::kCast:
    case ExpressionKind::kFieldAccess:
    case ExpressionKind::kInSet: return IsNullWithNulls(value->args()[0], begin, end);
    case ExpressionKind::kCall:
      if (std::ranges::find(kStrict, value->function()->name) == kStrict.end()) return false;
      return std::ranges::any_of(value->args(), [&](const ExpressionPtr& arg) {
        return IsNullWithNulls(arg, begin, end);
      });
    default: return false;
  }
}

}  // namespace

Sides SidesOf(const ExpressionPtr& expression, int left_size) {
  std::vector<bool> used;
  expression->CollectInputs(&used);
  Sides sides;
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    (static_cast<int>(i) < left_size ? sides.left : sides.right) = true;
  }
  return sides;
}

std::optional<TimeTerm> AsTimeTerm(const ExpressionPtr& expression) {
  if (expression->kind() == ExpressionKind::kInputRef) return TimeTerm{expression->index(), 0};
  if (expression->kind() == ExpressionKind::kCast) return AsTimeTerm(expression->args()[0]);
  if (expression->kind() != ExpressionKind::kCall || expression->args().size() != 2) {
    return std::nullopt;
  }
  const std::string& op = expression->function()->name;
  if (op != "+" && op != "-") return std::nullopt;
  ExpressionPtr base = expression->args()[0];
  ExpressionPtr delta = expression->args()[1];
  if (op == "+" && base->kind() == ExpressionKind::kLiteral) std::swap(base, delta);
  if (delta->kind() != ExpressionKind::kLiteral || !delta->literal()->is_valid ||
      delta->type().kind() != TypeKind::kIntervalDayTime) {
    return std::nullopt;
  }
  auto term = AsTimeTerm(base);
  if (!term) return std::nullopt;
  const int64_t value = static_cast<const arrow::Int64Scalar&>(*delta->literal()).value;
  term->offset += op == "+" ? value : -value;
  return term;
}

std::optional<Equality> AsEquality(const ExpressionPtr& expression) {
  if (expression->kind() != ExpressionKind::kCall) return std::nullopt;
  const auto& args = expression->args();
  const std::string& name = expression->function()->name;
  if (name == "=") return Equality{args[0], args[1], false};
  if (name == "IS NOT DISTINCT FROM") return Equality{args[0], args[1], true};
  if (name != "NOT" || args[0]->kind() != ExpressionKind::kCall) return std::nullopt;
  if (args[0]->function()->name != "IS DISTINCT FROM") return std::nullopt;
  return Equality{args[0]->args()[0], args[0]->args()[1], true};
}

bool RejectsNulls(const ExpressionPtr& condition, int begin, int end) {
  const auto rejects = [&](const ExpressionPtr& part) { return RejectsNulls(part, begin, end); };
  if (condition->kind() == ExpressionKind::kAnd)
    return std::ranges::any_of(condition->args(), rejects);
  if (condition->kind() == ExpressionKind::kOr)
    return std::ranges::all_of(condition->args(), rejects);
  if (condition->kind() == ExpressionKind::kCall) {
    const std::string& name = condition->function()->name;
    if (name == "IS NOT NULL" || name == "IS TRUE" || name == "IS FALSE") {
      return IsNullWithNulls(condition->args()[0], begin, end);
    }
  }
  return IsNullWithNulls(condition, begin, end);
}

}  // namespace millrace
