// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/over_call_binder.h"

namespace millrace {

ExpressionPtr OverCallBinder::BindQualify(const sql::Expr& condition) {
  in_qualify_ = true;
  ExpressionPtr bound = BindCondition(condition, "QUALIFY");
  in_qualify_ = false;
  return bound;
}

std::optional<ExpressionPtr> OverCallBinder::Intercept(const sql::Expr& expr) {
  if (const auto* call = sql::As<sql::FunctionCall>(expr)) {
    if (call->over) return BindOverCall(*call);
  }
  const auto* column = sql::As<sql::ColumnRef>(expr);
  if (!in_qualify_ || column == nullptr || column->name.parts.size() != 1) return std::nullopt;
  {
    QuietScope quiet(context_);
    if (scope_->BindName(context_, column->name) != nullptr) return std::nullopt;
  }
  for (const sql::SelectItem& item : select_.items) {
    if (item.alias && item.alias->text == column->name.parts[0].text) return Bind(*item.value);
  }
  return std::nullopt;
}

const sql::WindowSpec* OverCallBinder::FindSpec(const sql::OverClause& over) {
  if (over.spec) {
    if (over.spec->base) {
      context_->NotSupported("a window that extends a named window", over.span);
      return nullptr;
    }
    return &*over.spec;
  }
  std::vector<std::string> world;
  for (const sql::NamedWindow& window : select_.windows) {
    if (window.name.text == over.name->text) return &window.spec;
    world.push_back(window.name.text);
  }
  Diagnostic& diagnostic =
      context_->Error("MR0208", "unknown window '" + over.name->text + "'", over.name->span);
  context_->Suggest(&diagnostic, over.name->text, world);
  return nullptr;
}

OverFunction OverFunctionOf(std::string_view upper_name) {
  if (upper_name == "ROW_NUMBER") return OverFunction::kRowNumber;
  if (upper_name == "RANK" || upper_name == "DENSE_RANK") return OverFunction::kRank;
  if (upper_name == "LAG") return OverFunction::kLag;
  const bool refused = upper_name == "LEAD" || upper_name == "NTILE" ||
                       upper_name == "PERCENT_RANK" || upper_name == "CUME_DIST";
  return refused ? OverFunction::kRefused : OverFunction::kAggregate;
}

bool OverCallBinder::CheckOrdered(const sql::FunctionCall& call, const sql::WindowSpec& spec) {
  const bool lags = call.upper_name == "LAG";
  if (lags ? call.arguments.empty() || call.arguments.size() > 3 : !call.arguments.empty()) {
    context_->Error("MR0302",
                    lags ? std::string("LAG takes a value, an offset and a default")
                         : call.upper_name + "() takes no arguments",
                    call.span);
    return false;
  }
  if (call.filter != nullptr || call.quantifier != sql::SetQuantifier::kNone ||
      call.null_treatment != sql::NullTreatment::kNone) {
    context_->NotSupported("DISTINCT, FILTER or NULLS in " + call.upper_name, call.span);
    return false;
  }
  if (!spec.frame) return true;
  context_->Error("MR0407", call.upper_name + " takes no frame", spec.span);
  return false;
}

bool OverCallBinder::CheckRowNumber(const sql::FunctionCall& call, const sql::WindowSpec& spec) {
  if (!call.arguments.empty() || call.filter != nullptr ||
      call.quantifier != sql::SetQuantifier::kNone) {
    context_->Error("MR0312", "ROW_NUMBER() takes no arguments, DISTINCT or FILTER", call.span);
    return false;
  }
  if (spec.frame) {
    context_->Error("MR0407", "ROW_NUMBER takes no frame", spec.span);
    return false;
  }
  if (!spec.order_by.empty()) return true;
  context_->Error("MR0406", "ROW_NUMBER needs ORDER BY", call.over->span).next_step =
      "Add ORDER BY with the columns that say which row comes first.";
  return false;
}

AggregateCall CountRows(BindContext* context, std::string name) {
  AggregateCall call;
  call.function = "COUNT";
  call.count_star = true;
  auto resolved = context->registries.aggregates->Resolve(call.function, AggregateCallSite());
  if (resolved) call.resolved = *std::move(resolved);
  call.output = {std::move(name), call.resolved.result};
  return call;
}

}  // namespace millrace
