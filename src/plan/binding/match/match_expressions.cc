// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/match/match_expressions.h"
#include "functions/python/python_aggregate.h"

#include <algorithm>
#include <charconv>

namespace millrace {
namespace {

/// Values and aggregates are numbered apart until all are known.
int ValuePlace(size_t value) { return static_cast<int>(2 * value); }
int AggregatePlace(size_t aggregate) { return static_cast<int>(2 * aggregate + 1); }

}  // namespace

ExpressionPtr MatchExpressionBinder::Refuse(std::string message, Span span, std::string next_step) {
  context_->Error("MR0430", std::move(message), span).next_step = std::move(next_step);
  return nullptr;
}

ExpressionPtr MatchExpressionBinder::BindDefinition(const sql::Expr& expr) {
  ExpressionPtr bound = BindTyped(expr);
  if (bound == nullptr || bound->type().kind() == TypeKind::kBoolean) return bound;
  context_->Error("MR0307", "DEFINE needs a BOOLEAN, found " + bound->type().Nullable().ToString(),
                  expr.span);
  return nullptr;
}

MatchExpressions MatchExpressionBinder::Finish(std::vector<ExpressionPtr> expressions) {
  const size_t values = bound_.values.size();
  const size_t aggregates = bound_.aggregates.size();
  std::vector<int> mapping(2 * std::max(values, aggregates), -1);
  for (size_t i = 0; i < values; ++i) {
    mapping[static_cast<size_t>(ValuePlace(i))] = static_cast<int>(i);
  }
  for (size_t i = 0; i < aggregates; ++i) {
    mapping[static_cast<size_t>(AggregatePlace(i))] = static_cast<int>(values + i);
  }
  for (ExpressionPtr& expression : expressions) expression = expression->Remap(mapping);
  bound_.expressions = std::move(expressions);
  return std::move(bound_);
}

std::optional<ExpressionPtr> MatchExpressionBinder::Intercept(const sql::Expr& expr) {
  if (const auto* column = sql::As<sql::ColumnRef>(expr)) return BindColumn(*column);
  if (const auto* unary = sql::As<sql::Unary>(expr)) return BindUnaryWord(*unary);
  if (const auto* call = sql::As<sql::FunctionCall>(expr)) return BindMatchCall(*call);
  return std::nullopt;
}

void MatchExpressionBinder::NoteVariable(int element) {
  several_ = several_ || (variable_ && *variable_ != element);
  variable_ = element;
}

ExpressionPtr MatchExpressionBinder::AddValue(const MatchValue& value, const DataType& type,
                                              const std::string& name) {
  const auto known = std::ranges::find(bound_.values, value);
  const auto place = static_cast<size_t>(known - bound_.values.begin());
  if (known == bound_.values.end()) bound_.values.push_back(value);
  return Expression::InputRef(ValuePlace(place), type, name);
}

/// A column of the relation, with the rows of the match put in.
ExpressionPtr MatchExpressionBinder::BindColumn(const sql::ColumnRef& column) {
  int element = kAllElements;
  if (column.name.parts.size() > 1) {
    const auto variable = match_.variables.find(column.name.parts[0].text);
    if (variable != match_.variables.end()) element = variable->second;
  }
  ExpressionPtr plain = scope_->BindName(context_, column.name);
  if (plain == nullptr) return nullptr;
  NoteVariable(element);
  if (mode_ == Mode::kAggregate) return plain;
  std::vector<bool> used(match_.input->size(), false);
  plain->CollectInputs(&used);
  std::vector<ExpressionPtr> replacements(match_.input->size());
  for (size_t i = 0; i < used.size(); ++i) {
    const Column& of = (*match_.input)[i];
    replacements[i] = Expression::InputRef(static_cast<int>(i), of.type, of.name);
    if (!used[i]) continue;
    MatchValue value{.element = element};
    if (mode_ == Mode::kNavigation) {
      value.first = first_;
      value.offset = offset_;
    }
    value.column = match_.below->Add(replacements[i], of.name);
    // Only MATCH_ROWTIME() and MATCH_PROCTIME() are times of the result.
    const DataType type = of.type.Nullable().WithTimeAttribute(TimeAttribute::kNone);
    replacements[i] = AddValue(value, type, of.name);
  }
  return plain->Substitute(replacements);
}

std::optional<ExpressionPtr> MatchExpressionBinder::BindUnaryWord(const sql::Unary& unary) {
  if (unary.op != sql::UnaryOp::kFinal && unary.op != sql::UnaryOp::kRunning) return std::nullopt;
  if (defines_) {
    return Refuse("FINAL and RUNNING have no meaning in DEFINE", unary.span,
                  "Leave the word out: a condition sees the match up to its row.");
  }
  if (unary.op == sql::UnaryOp::kRunning) {
    return Refuse("RUNNING is not supported: there is one row per match", unary.span,
                  "Leave the word out: measures are computed from the whole match.");
  }
  return Bind(*unary.operand);
}

std::optional<ExpressionPtr> MatchExpressionBinder::BindMatchCall(const sql::FunctionCall& call) {
  const std::string& name = call.upper_name;
  if (call.over) {
    return Refuse("OVER is not possible in MATCH_RECOGNIZE", call.over->span,
                  "Compute it in a subquery below, or in the SELECT around it.");
  }
  if (name == "FIRST" || name == "LAST") return BindNavigation(call);
  if (name == "PREV" || name == "NEXT") {
    return Refuse(name + " is not supported in MATCH_RECOGNIZE", call.name.span,
                  "LAST(A.x, 1) is the row of A before the last one, LAST(x, 1) the row before "
                  "the last one of the match.");
  }
  if (name == "CLASSIFIER" || name == "MATCH_NUMBER") {
    return Refuse(name + "() is not supported in MATCH_RECOGNIZE", call.span,
                  "COUNT(A.x) tells how many rows a variable has.");
  }
  if (name == "MATCH_ROWTIME" || name == "MATCH_PROCTIME") return BindMatchTime(call);
  if (name == "CURRENT_WATERMARK") {
    return Refuse("CURRENT_WATERMARK is not supported in MATCH_RECOGNIZE", call.span,
                  "Use it in a subquery below, or in the SELECT around it.");
  }
  if (const auto* aggregate = context_->registries.aggregates->Find(name)) {
    if (aggregate->doc.group != kPythonGroup) return BindAggregate(call);
    context_->NotSupported("a Python aggregate in MATCH_RECOGNIZE", call.name.span);
    return ExpressionPtr();
  }
  return std::nullopt;
}

std::optional<int64_t> MatchExpressionBinder::OffsetOf(const sql::FunctionCall& call) {
  if (call.arguments.size() < 2) return 0;
  const sql::Expr& given = *call.arguments[1].value;
  const auto* literal = sql::As<sql::Literal>(given);
  int64_t offset = 0;
  if (literal != nullptr && literal->literal == sql::LiteralKind::kInteger) {
    const char* end = literal->text.data() + literal->text.size();
    const auto parsed = std::from_chars(literal->text.data(), end, offset);
    if (parsed.ec == std::errc() && parsed.ptr == end) return offset;
  }
  Refuse("the offset of " + call.upper_name + " is a whole number from 0 on, as a constant",
         given.span, "LAST(A.x, 1) is the row of A before the last one.");
  return std::nullopt;
}

ExpressionPtr MatchExpressionBinder::BindNavigation(const sql::FunctionCall& call) {
  const std::string& name = call.upper_name;
  if (mode_ != Mode::kPlain) {
    return Refuse(name + " cannot stand within " +
                      (mode_ == Mode::kAggregate ? "an aggregate" : "FIRST or LAST"),
                  call.span,
                  "An aggregate goes over all rows of a variable, FIRST and LAST choose "
                  "one of them.");
  }
  if (call.arguments.empty() || call.arguments.size() > 2) {
    context_->Error("MR0302",
                    name + " takes a value and, if wanted, an offset: " + name + "(A.x, 1)",
                    call.span);
    return nullptr;
  }
  const auto offset = OffsetOf(call);
  if (!offset) return nullptr;
  mode_ = Mode::kNavigation;
  first_ = name == "FIRST";
  offset_ = *offset;
  variable_.reset();
  several_ = false;
  ExpressionPtr bound = Bind(*call.arguments[0].value);
  mode_ = Mode::kPlain;
  if (bound == nullptr || !several_) return bound;
  return Refuse(name + " looks at one variable, this names several", call.span,
                "Write " + name + " for each: " + name + "(A.x) + " + name + "(B.x).");
}

/// Arguments over the columns of the relation; false after a diagnostic.
bool MatchExpressionBinder::BindArguments(const sql::FunctionCall& call,
                                          std::vector<ExpressionPtr>* args,
                                          AggregateCall* aggregate) {
  mode_ = Mode::kAggregate;
  variable_.reset();
  several_ = false;
  bool ok = true;
  for (const sql::Argument& argument : call.arguments) {
    const auto* star = sql::As<sql::Star>(*argument.value);
    if (star != nullptr && call.upper_name == "COUNT" && star->qualifier.parts.empty()) {
      aggregate->count_star = true;
      continue;
    }
    if (star != nullptr) {
      Refuse("COUNT(" + std::string(context_->TextOf(argument.value->span)) + ") is not supported",
             argument.value->span, "COUNT(A.x) counts the rows of A in which x is not NULL.");
      ok = false;
      continue;
    }
    args->push_back(BindTyped(*argument.value));
    ok = ok && args->back() != nullptr;
  }
  mode_ = Mode::kPlain;
  return ok;
}

ExpressionPtr MatchExpressionBinder::BindAggregate(const sql::FunctionCall& call) {
  const std::string& name = call.upper_name;
  if (mode_ != Mode::kPlain) {
    return Refuse("an aggregate cannot stand within " +
                      std::string(mode_ == Mode::kAggregate ? "another one" : "FIRST or LAST"),
                  call.span, "It is one value for the whole match: write it by itself.");
  }
  if (call.quantifier != sql::SetQuantifier::kNone || call.filter != nullptr) {
    return Refuse("DISTINCT and FILTER are not supported for aggregates in MATCH_RECOGNIZE",
                  call.span, "Aggregate CASE WHEN .. THEN .. END in place of FILTER.");
  }
  MatchAggregate aggregate;
  aggregate.call.function = name;
  std::vector<ExpressionPtr> args;
  if (!BindArguments(call, &args, &aggregate.call)) return nullptr;
  if (several_) {
    return Refuse(name + " goes over the rows of one variable, this names several", call.span,
                  "Aggregate each by itself: " + name + "(A.x) + " + name + "(B.x).");
  }
  aggregate.element = variable_.value_or(kAllElements);
  AggregateCallSite site;
  site.grouped = false;
  for (const ExpressionPtr& arg : args) {
    site.args.push_back(
        {arg->type(), arg->kind() == ExpressionKind::kLiteral ? arg->literal() : nullptr, false});
  }
  auto resolved = context_->registries.aggregates->Resolve(name, site);
  if (!resolved) {
    context_->Report(resolved.error(), call.span);
    return nullptr;
  }
  for (size_t i = 0; i < args.size(); ++i) {
    auto cast = Expression::Cast(args[i], resolved->arg_types[i], false, true);
    if (!cast) {
      context_->Report(cast.error(), call.span);
      return nullptr;
    }
    const bool plain = (*cast)->kind() == ExpressionKind::kInputRef;
    const std::string text = plain ? (*match_.input)[static_cast<size_t>((*cast)->index())].name
                                   : "arg" + std::to_string(match_.below->size());
    aggregate.call.args.push_back(match_.below->Add(*cast, text));
  }
  aggregate.call.output = {name, resolved->result};
  aggregate.call.resolved = *std::move(resolved);
  const DataType type = aggregate.call.output.type;
  bound_.aggregates.push_back(std::move(aggregate));
  return Expression::InputRef(AggregatePlace(bound_.aggregates.size() - 1), type, name);
}

/// The time of the last row.
ExpressionPtr MatchExpressionBinder::BindMatchTime(const sql::FunctionCall& call) {
  const bool rowtime = call.upper_name == "MATCH_ROWTIME";
  if (call.arguments.size() > (rowtime ? 1 : 0)) {
    context_->Error("MR0302", call.upper_name + " takes no arguments", call.span);
    return nullptr;
  }
  if (!rowtime) return Call("PROCTIME", {}, call.span);
  if (match_.time->type().time_attribute() != TimeAttribute::kRowtime) {
    return Refuse("MATCH_ROWTIME needs rows in order of event time", call.span,
                  "Order by the rowtime column, or use MATCH_PROCTIME().");
  }
  if (!call.arguments.empty()) {
    const ExpressionPtr given = Bind(*call.arguments[0].value);
    if (given == nullptr) return nullptr;
    if (given->type().time_attribute() != TimeAttribute::kRowtime) {
      context_->Error("MR0404",
                      "MATCH_ROWTIME needs a rowtime column, found " + given->type().ToString(),
                      call.arguments[0].value->span);
      return nullptr;
    }
  }
  const auto column = static_cast<size_t>(match_.time->index());
  const Column& time = (*match_.input)[column];
  return AddValue({.column = match_.below->Add(match_.time, time.name)}, time.type.NotNull(),
                  time.name);
}

}  // namespace millrace
