// SPDX-License-Identifier: Apache-2.0
#include "expr/shared_columns.h"

#include <map>
#include <string>

#include "base/check.h"

namespace millrace {
namespace {

struct Occurrences {
  int all = 0;
  bool decided = false;  // every row of a deciding expression needs it
};

bool IsFieldOfInput(const Expression& expression) {
  if (expression.kind() != ExpressionKind::kFieldAccess) return false;
  const Expression& row = *expression.args()[0];
  return row.kind() == ExpressionKind::kInputRef || IsFieldOfInput(row);
}

bool MayBeShared(const Expression& expression) {
  switch (expression.kind()) {
    case ExpressionKind::kLiteral:
    case ExpressionKind::kInputRef:
    case ExpressionKind::kCurrentWatermark: return false;
    default: return expression.volatility() == Volatility::kImmutable && !expression.can_fail();
  }
}

/// Whether argument `place` is evaluated for every row that the expression is evaluated for.
bool EveryRowNeeds(const Expression& expression, size_t place) {
  switch (expression.kind()) {
    case ExpressionKind::kCase:
    case ExpressionKind::kCoalesce: return place == 0;
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr: return place == 0 || !expression.args()[place]->can_fail();
    default: return true;
  }
}

class Sharing {
 public:
  explicit Sharing(size_t inputs) : inputs_(inputs) {}

  void Count(const Expression& expression, bool decided) {
    if (MayBeShared(expression)) {
      Occurrences& found = occurrences_[expression.ToString()];
      ++found.all;
      found.decided |= decided;
    }
    for (size_t i = 0; i < expression.args().size(); ++i) {
      Count(*expression.args()[i], decided && EveryRowNeeds(expression, i));
    }
  }

  ExpressionPtr Rewrite(const ExpressionPtr& expression) {
    if (!IsShared(*expression)) return RewriteParts(expression);
    const std::string& text = expression->ToString();
    const auto known = places_.find(text);
    if (known != places_.end()) return Reference(known->second, *expression);
    ExpressionPtr definition = IsFieldOfInput(*expression) ? expression : RewriteParts(expression);
    definitions_.push_back(std::move(definition));
    const size_t place = inputs_ + definitions_.size() - 1;
    places_.emplace(text, place);
    return Reference(place, *expression);
  }

  std::vector<ExpressionPtr> TakeDefinitions() { return std::move(definitions_); }

 private:
  bool IsShared(const Expression& expression) const {
    if (IsFieldOfInput(expression)) return true;
    if (!MayBeShared(expression)) return false;
    const auto found = occurrences_.find(expression.ToString());
    return found != occurrences_.end() && found->second.all > 1 && found->second.decided;
  }

  ExpressionPtr RewriteParts(const ExpressionPtr& expression) {
    return expression->MapArgs([this](const ExpressionPtr& arg) { return Rewrite(arg); });
  }

  static ExpressionPtr Reference(size_t place, const Expression& expression) {
    return Expression::InputRef(static_cast<int>(place), expression.type(), expression.ToString());
  }

  size_t inputs_;
  std::map<std::string, Occurrences> occurrences_;
  std::map<std::string, size_t> places_;
  std::vector<ExpressionPtr> definitions_;
};

}  // namespace

SharedColumns::SharedColumns(size_t inputs, size_t deciding, const SessionContext* session,
                             std::vector<ExpressionPtr>* expressions) {
  Sharing sharing(inputs);
  for (size_t i = 0; i < expressions->size(); ++i) {
    sharing.Count(*(*expressions)[i], i < deciding);
  }
  for (ExpressionPtr& expression : *expressions) expression = sharing.Rewrite(expression);
  for (ExpressionPtr& definition : sharing.TakeDefinitions()) {
    definitions_.emplace_back(std::vector<ExpressionPtr>{std::move(definition)}, session);
  }
}

Result<Batch> SharedColumns::AppendTo(Batch batch) {
  for (Evaluator& definition : definitions_) {
    RowErrors errors;
    TRY_ASSIGN(auto columns, definition.Evaluate(batch, &errors));
    CHECK(errors.empty());
    batch.columns.push_back(std::move(columns[0]));
  }
  return batch;
}

}  // namespace millrace
