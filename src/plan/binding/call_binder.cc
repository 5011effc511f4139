// SPDX-License-Identifier: Apache-2.0
// Function calls of the ExpressionBinder, those with their own argument syntax included.
#include <arrow/scalar.h>

#include <algorithm>

#include "functions/coercion.h"
#include "plan/binding/expression_binder.h"
#include "plan/binding/functions/user_function_binder.h"
#include "plan/binding/type_binder.h"
#include "sql/printer.h"

namespace millrace {
namespace {

bool IsGroupWindowFunction(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "TUMBLE",          "HOP",           "SESSION",
      "TUMBLE_START",    "TUMBLE_END",    "HOP_START",
      "HOP_END",         "SESSION_START", "SESSION_END",
      "TUMBLE_ROWTIME",  "HOP_ROWTIME",   "SESSION_ROWTIME",
      "TUMBLE_PROCTIME", "HOP_PROCTIME",  "SESSION_PROCTIME"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// How a function of other dialects is written here; empty if it is not known.
std::string_view NameHere(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"CHARINDEX", "LOCATE(part, text) or POSITION(part IN text)"},
      {"DATEADD", "TIMESTAMPADD(unit, number, time), or time + INTERVAL '1' DAY"},
      {"DATEDIFF", "TIMESTAMPDIFF(unit, from, to)"},
      {"DATEPART", "EXTRACT(unit FROM time)"},
      {"DATE_ADD", "TIMESTAMPADD(unit, number, time), or time + INTERVAL '1' DAY"},
      {"DATE_DIFF", "TIMESTAMPDIFF(unit, from, to)"},
      {"DATE_PART", "EXTRACT(unit FROM time)"},
      {"DATE_SUB", "TIMESTAMPADD(unit, -number, time), or time - INTERVAL '1' DAY"},
      {"DATE_TRUNC", "FLOOR(time TO unit)"},
      {"GETDATE", "CURRENT_TIMESTAMP"},
      {"GROUP_CONCAT", "LISTAGG(text, separator)"},
      {"IIF", "IF(condition, value, otherwise), or CASE"},
      {"ISNULL", "COALESCE(value, otherwise), or value IS NULL"},
      {"JSON_EXTRACT", "JSON_VALUE(text, path) or JSON_QUERY(text, path)"},
      {"LCASE", "LOWER(text)"},
      {"LEN", "CHAR_LENGTH(text)"},
      {"LENGTH", "CHAR_LENGTH(text)"},
      {"NVL", "COALESCE(value, otherwise)"},
      {"POW", "POWER(base, exponent)"},
      {"SIZE", "CARDINALITY(array)"},
      {"STRING_AGG", "LISTAGG(text, separator)"},
      {"STRPOS", "LOCATE(part, text) or POSITION(part IN text)"},
      {"TO_CHAR", "DATE_FORMAT(time, pattern), or CAST(value AS STRING)"},
      {"TO_NUMBER", "CAST(text AS DECIMAL(p, s))"},
      {"UCASE", "UPPER(text)"},
  };
  for (const auto& [theirs, here] : kNames) {
    if (theirs == name) return here;
  }
  return {};
}

bool NeedsOver(std::string_view name) {
  static constexpr std::string_view kNames[] = {"CUME_DIST", "DENSE_RANK",   "LAG",  "LEAD",
                                                "NTILE",     "PERCENT_RANK", "RANK", "ROW_NUMBER"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

ExpressionPtr CurrentDatabase(const BindContext& context) {
  return Expression::Literal(
      std::make_shared<arrow::StringScalar>(context.catalog->current_database()),
      DataType::String().NotNull());
}

ExpressionPtr RefuseSourceWatermark(BindContext* context, const sql::FunctionCall& call) {
  context->NotSupported("SOURCE_WATERMARK()", call.span,
                        "No connector has watermarks of its own: write ts - INTERVAL '5' SECOND, "
                        "or how late rows may come.");
  return nullptr;
}

/// A bare NULL has a type in few functions; false after a diagnostic.
bool TypeNulls(BindContext* context, const sql::FunctionCall& call,
               std::vector<ExpressionPtr>* args) {
  bool typed = true;
  for (size_t i = 0; i < args->size(); ++i) {
    ExpressionPtr& arg = (*args)[i];
    if (arg->type().kind() != TypeKind::kNull || call.upper_name == "TYPEOF") continue;
    if (call.upper_name == "JSON_STRING") {
      arg = Expression::NullLiteral(DataType::String());
      continue;
    }
    Diagnostic& diagnostic = context->Error(
        "MR0305", "NULL has no type here; give it one with CAST", call.arguments[i].value->span);
    diagnostic.try_text = "CAST(NULL AS STRING)";
    typed = false;
  }
  return typed;
}

}  // namespace

ExpressionPtr ExpressionBinder::BindCall(const sql::FunctionCall& call) {
  const std::string& name = call.upper_name;
  const UserFunctionPtr user_function = FindUserFunction(*context_, call);
  if (!call.over && (user_function != nullptr || IsBeingBound(*context_, call))) {
    return BindUserCall(call, user_function.get());
  }
  if (call.over) {
    context_->Error("MR0311", "an OVER aggregate can stand only in the SELECT list", call.span)
        .next_step = "Compute it in a subquery and use its column here.";
    return nullptr;
  }
  if (context_->registries.aggregates->Find(name) != nullptr) {
    Diagnostic& diagnostic =
        context_->Error("MR0311", "aggregate " + name + " cannot stand here", call.name.span);
    diagnostic.next_step = "Aggregates belong in SELECT and HAVING of a query with GROUP BY.";
    return nullptr;
  }
  if (IsGroupWindowFunction(name)) {
    const bool window = name.find('_') == std::string::npos;
    context_->Error("MR0319",
                    window ? "the group window " + name + " can stand only in GROUP BY"
                           : name + " can stand only in SELECT and HAVING beside " +
                                 name.substr(0, name.find('_')) + " in GROUP BY",
                    call.name.span);
    return nullptr;
  }
  if (name == "CURRENT_WATERMARK") return BindCurrentWatermark(call);
  if (name == "CURRENT_DATABASE" && call.arguments.empty()) return CurrentDatabase(*context_);
  if (name == "SOURCE_WATERMARK") return RefuseSourceWatermark(context_, call);
  if (call.quantifier != sql::SetQuantifier::kNone || call.filter != nullptr ||
      !call.order_by.empty() || !call.within_group.empty()) {
    context_->Error("MR0311", name + " is no aggregate: DISTINCT, FILTER and ORDER BY do not apply",
                    call.span);
    return nullptr;
  }
  const bool conditional =
      name == "COALESCE" || name == "IF" || name == "IFNULL" || name == "NULLIF";
  const bool known = conditional || (context_->registries.functions->Find(name) != nullptr &&
                                     call.name.parts.size() == 1);
  if (!known) ReportUnknownFunction(call);
  std::vector<ExpressionPtr> args;
  bool failed = !known;
  for (const sql::Argument& argument : call.arguments) {
    if (!known && sql::As<sql::Star>(*argument.value) != nullptr) continue;
    if (argument.name) {
      context_->NotSupported("a named argument of a scalar function", argument.name->span);
      return nullptr;
    }
    args.push_back(Bind(*argument.value));
    failed = failed || args.back() == nullptr;
  }
  if (failed) return nullptr;
  if (conditional) {
    return BindConditionalCall(call, std::move(args));
  }
  if (!TypeNulls(context_, call, &args)) return nullptr;
  return Call(name, std::move(args), call.span);
}

void ExpressionBinder::ReportUnknownFunction(const sql::FunctionCall& call) {
  const Catalog& catalog = *context_->catalog;
  for (const bool system : {true, false}) {
    if (catalog.Failed(catalog.FunctionPath(call.name, system))) return;  // said at its CREATE
  }
  std::vector<std::string> world = context_->registries.functions->Names();
  for (const std::string& name : context_->registries.aggregates->Names()) world.push_back(name);
  for (const char* name : {"COALESCE", "IF", "IFNULL", "NULLIF", "CURRENT_WATERMARK"}) {
    world.emplace_back(name);
  }
  std::erase_if(world, [](const std::string& name) {
    return !((name[0] >= 'A' && name[0] <= 'Z') && name.find(' ') == std::string::npos);
  });
  for (const std::string& name : catalog.FunctionNames()) world.push_back(name);
  Diagnostic& diagnostic =
      context_->Error("MR0202", "unknown function '" + call.name.ToString() + "'", call.name.span);
  if (const std::string_view here = NameHere(call.upper_name); !here.empty()) {
    diagnostic.next_step = "In this dialect: " + std::string(here) + ".";
    diagnostic.candidates = {std::string(here.substr(0, here.find_first_of("( ,")))};
    diagnostic.try_text = diagnostic.candidates.front();
    return;
  }
  if (NeedsOver(call.upper_name)) {
    diagnostic.message = call.upper_name + " needs OVER (..)";
    diagnostic.next_step = "Write " + call.upper_name + "(..) OVER (PARTITION BY .. ORDER BY ..).";
    return;
  }
  context_->Suggest(&diagnostic, call.upper_name, world, /*quote_as_identifier=*/false);
}

ExpressionPtr ExpressionBinder::BindConditionalCall(const sql::FunctionCall& call,
                                                    std::vector<ExpressionPtr> args) {
  const std::string& name = call.upper_name;
  const auto wrong_count = [&](std::string_view shape) -> ExpressionPtr {
    context_->Error("MR0302",
                    name + " does not take " + std::to_string(args.size()) +
                        " argument(s): " + std::string(shape),
                    call.span);
    return nullptr;
  };
  if (name == "IF") {
    if (args.size() != 3) return wrong_count("IF(condition, then, else)");
    if (args[0]->type().kind() != TypeKind::kBoolean) {
      context_->Error("MR0307", "IF needs a BOOLEAN, found " + args[0]->type().ToString(),
                      call.arguments[0].value->span);
      return nullptr;
    }
    std::vector<ExpressionPtr> values = {args[1], args[2]};
    const auto type = Unify(context_, &values, call.span, "IF");
    if (!type) return nullptr;
    return Expression::Case({args[0], values[0], values[1]}, *type);
  }
  if (name == "NULLIF") {
    if (args.size() != 2) return wrong_count("NULLIF(value, other)");
    ExpressionPtr equal = Compare("=", args[0], args[1], call.span);
    if (equal == nullptr) return nullptr;
    const DataType type = args[0]->type().Nullable();
    return Expression::Case({equal, Expression::NullLiteral(type), args[0]}, type);
  }
  if (name == "IFNULL" && args.size() != 2) return wrong_count("IFNULL(value, replacement)");
  if (args.empty()) return wrong_count("COALESCE(value, ...)");
  const auto type = Unify(context_, &args, call.span, name);
  if (!type) return nullptr;
  const bool nullable = std::all_of(
      args.begin(), args.end(), [](const ExpressionPtr& arg) { return arg->type().nullable(); });
  return Expression::Coalesce(std::move(args), type->Nullable(nullable));
}

ExpressionPtr ExpressionBinder::BindCurrentWatermark(const sql::FunctionCall& call) {
  if (call.arguments.size() != 1) {
    context_->Error("MR0302", "CURRENT_WATERMARK takes one rowtime column", call.span);
    return nullptr;
  }
  ExpressionPtr column = Bind(*call.arguments[0].value);
  if (column == nullptr) return nullptr;
  if (column->type().time_attribute() != TimeAttribute::kRowtime) {
    Diagnostic& diagnostic = context_->Error(
        "MR0404", "CURRENT_WATERMARK needs a rowtime column, found " + column->type().ToString(),
        call.arguments[0].value->span);
    diagnostic.next_step = "Declare WATERMARK FOR that column in CREATE TABLE.";
    return nullptr;
  }
  return Expression::CurrentWatermark(column->type().WithTimeAttribute(TimeAttribute::kNone));
}

ExpressionPtr ExpressionBinder::BindCast(const sql::Cast& cast) {
  ExpressionPtr value = Bind(*cast.value);
  const auto type = BindType(context_, *cast.type);
  if (value == nullptr || !type) return nullptr;
  if (value->type().kind() != TypeKind::kNull && !CanExplicitlyCast(value->type(), *type)) {
    context_->Error("MR0304",
                    "there is no cast from " + value->type().Nullable().ToString() + " to " +
                        type->Nullable().ToString(),
                    cast.span);
    return nullptr;
  }
  auto bound = Expression::Cast(std::move(value), type->Nullable(), cast.is_try);
  if (bound) return *bound;
  context_->Report(bound.error(), cast.span);
  return nullptr;
}

namespace {

/// A call with its own argument syntax, as an ordinary call of the registry.
struct PlainCall {
  std::string function;  // empty: none of this group
  std::vector<const sql::Expr*> parts;
  std::vector<std::string> options;

  void Add(const sql::ExprPtr& part) {
    if (part != nullptr) parts.push_back(part.get());
  }
  void AddAll(const std::vector<sql::ExprPtr>& all) {
    for (const sql::ExprPtr& part : all) Add(part);
  }
};

std::string TrimSide(sql::Trim::Side side) {
  if (side == sql::Trim::Side::kLeading) return "LEADING";
  return side == sql::Trim::Side::kTrailing ? "TRAILING" : "BOTH";
}

PlainCall AsTextCall(const sql::Expr& expr) {
  PlainCall call;
  if (const auto* trim = sql::As<sql::Trim>(expr)) {
    call.function = "TRIM";
    call.options = {TrimSide(trim->side)};
    call.AddAll({trim->value, trim->characters});
  } else if (const auto* position = sql::As<sql::Position>(expr)) {
    call.function = "POSITION";
    call.AddAll({position->needle, position->haystack, position->start});
  } else if (const auto* overlay = sql::As<sql::Overlay>(expr)) {
    call.function = "OVERLAY";
    call.AddAll({overlay->value, overlay->replacement, overlay->start, overlay->length});
  } else if (const auto* substring = sql::As<sql::Substring>(expr)) {
    call.function = "SUBSTRING";
    call.AddAll({substring->value, substring->start, substring->length});
  }
  return call;
}

PlainCall AsTimeCall(const sql::Expr& expr) {
  PlainCall call;
  if (const auto* extract = sql::As<sql::Extract>(expr)) {
    call.function = "EXTRACT";
    call.options = {std::string(sql::TimeUnitName(extract->unit))};
    call.Add(extract->value);
  } else if (const auto* floor = sql::As<sql::FloorCeil>(expr)) {
    call.function = floor->ceil ? "CEIL" : "FLOOR";
    call.options = {std::string(sql::TimeUnitName(floor->unit))};
    call.Add(floor->value);
  } else if (const auto* timestamp = sql::As<sql::TimestampCall>(expr)) {
    call.function = timestamp->difference ? "TIMESTAMPDIFF" : "TIMESTAMPADD";
    call.options = {std::string(sql::TimeUnitName(timestamp->unit))};
    call.AddAll({timestamp->first, timestamp->second});
  }
  return call;
}

PlainCall AsConstructorCall(const sql::Expr& expr) {
  PlainCall call;
  if (const auto* row = sql::As<sql::Row>(expr)) {
    call.function = "ROW";
    call.AddAll(row->values);
  } else if (const auto* array = sql::As<sql::Array>(expr)) {
    call.function = "ARRAY";
    call.AddAll(array->values);
  } else if (const auto* map = sql::As<sql::Map>(expr)) {
    call.function = "MAP";
    call.AddAll(map->values);
  } else if (const auto* index = sql::As<sql::Index>(expr)) {
    call.function = "[]";
    call.AddAll({index->value, index->index});
  }
  return call;
}

}  // namespace

ExpressionPtr ExpressionBinder::BindFieldAccess(const sql::FieldAccess& access) {
  ExpressionPtr value = BindTyped(*access.value);
  if (value == nullptr) return nullptr;
  if (value->type().kind() == TypeKind::kRow) {
    const auto& fields = value->type().fields();
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == access.field.text) {
        return Expression::FieldAccess(value, static_cast<int>(i));
      }
    }
  }
  context_->Error("MR0204",
                  value->type().Nullable().ToString() + " has no field '" + access.field.text + "'",
                  access.field.span);
  return nullptr;
}

ExpressionPtr ExpressionBinder::BindSpecialCall(const sql::Expr& expr) {
  if (const auto* access = sql::As<sql::FieldAccess>(expr)) return BindFieldAccess(*access);
  if (expr.kind >= sql::ExprKind::kJsonExists) return BindJsonCall(expr);
  PlainCall call = AsTextCall(expr);
  if (call.function.empty()) call = AsTimeCall(expr);
  if (call.function.empty()) call = AsConstructorCall(expr);
  if (call.function.empty()) {
    context_->NotSupported("this expression", expr.span);
    return nullptr;
  }
  std::vector<ExpressionPtr> args;
  bool failed = false;
  // The other elements of a constructor give a NULL its type.
  const bool typed_by_others = call.function == "ARRAY" || call.function == "MAP";
  for (const sql::Expr* part : call.parts) {
    args.push_back(typed_by_others ? Bind(*part) : BindTyped(*part));
    failed = failed || args.back() == nullptr;
  }
  if (failed) return nullptr;
  return Call(call.function, std::move(args), expr.span, std::move(call.options));
}

}  // namespace millrace
