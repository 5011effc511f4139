// SPDX-License-Identifier: Apache-2.0
// The dump of expressions, types and queries; and Equal.
#include "sql/print/dump.h"

#include "sql/ast/equal.h"

namespace millrace::sql {
namespace {

template <typename Node>
std::string Dump(const Node& node) {
  Dumper dumper;
  dumper.Put(node);
  return std::move(dumper).Take();
}

}  // namespace

bool Equal(const Expr& a, const Expr& b) { return Dump(a) == Dump(b); }
bool Equal(const TypeName& a, const TypeName& b) { return Dump(a) == Dump(b); }
bool Equal(const TableRef& a, const TableRef& b) { return Dump(a) == Dump(b); }
bool Equal(const QueryBody& a, const QueryBody& b) { return Dump(a) == Dump(b); }
bool Equal(const Statement& a, const Statement& b) { return Dump(a) == Dump(b); }

void Dumper::Put(const HintArgument& argument) {
  Node("argument", argument.key, argument.value, argument.key_is_string, argument.value_kind);
}

void Dumper::Put(const IntervalQualifier& qualifier) {
  Node("interval", qualifier.start, qualifier.end, qualifier.leading_precision,
       qualifier.fraction_precision);
}

void Dumper::Put(const TypeName& type) {
  Node("type", type.kind, type.nullability, type.precision, type.scale, type.elements, type.fields,
       type.interval, type.arguments, type.user_defined);
}

void Dumper::Put(const Expr& expr) {
  if (expr.kind >= ExprKind::kExtract) return PutSpecial(expr);
  if (const auto* node = As<Literal>(expr)) {
    Node("literal", node->literal, node->text);
  } else if (const auto* node = As<IntervalLiteral>(expr)) {
    Node("interval", node->negative, node->text, node->value, node->qualifier);
  } else if (const auto* node = As<ColumnRef>(expr)) {
    Node("column", node->name);
  } else if (const auto* node = As<Star>(expr)) {
    Node("star", node->qualifier);
  } else if (const auto* node = As<Exists>(expr)) {
    Node("exists", node->query, node->unique);
  } else if (const auto* node = As<Subquery>(expr)) {
    Node("subquery", node->form, node->query);
  } else if (const auto* node = As<Case>(expr)) {
    Node("case", node->operand, node->whens, node->otherwise);
  } else if (const auto* node = As<Cast>(expr)) {
    Node("cast", node->is_try, node->value, node->type);
  } else if (const auto* node = As<FunctionCall>(expr)) {
    Node("call", node->name, node->upper_name, node->niladic, node->quantifier, node->arguments,
         node->order_by, node->within_group, node->null_treatment, node->filter, node->over);
  } else if (const auto* node = As<Row>(expr)) {
    Node("row", node->explicit_row, node->values);
  } else if (const auto* node = As<Array>(expr)) {
    Node("array", node->values);
  } else if (const auto* node = As<Map>(expr)) {
    Node("map", node->values);
  } else if (const auto* node = As<Multiset>(expr)) {
    Node("multiset", node->values);
  } else if (const auto* node = As<Index>(expr)) {
    Node("index", node->value, node->index);
  } else if (const auto* node = As<FieldAccess>(expr)) {
    Node("field", node->value, node->field);
  } else if (const auto* node = As<TableArgument>(expr)) {
    Node("table", node->table, node->hints, node->query, node->partition_by, node->order_by);
  } else if (const auto* node = As<ModelArgument>(expr)) {
    Node("model", node->model);
  } else if (const auto* node = As<Descriptor>(expr)) {
    Node("descriptor", node->columns, node->types);
  } else {
    PutOperator(expr);
  }
}

void Dumper::PutOperator(const Expr& expr) {
  if (const auto* node = As<Unary>(expr)) {
    Node("unary", node->op, node->operand);
  } else if (const auto* node = As<Binary>(expr)) {
    Node("binary", node->op, node->left, node->right);
  } else if (const auto* node = As<IsTest>(expr)) {
    Node("is", node->value, node->negated, node->test, node->other);
  } else if (const auto* node = As<Between>(expr)) {
    Node("between", node->value, node->negated, node->symmetric, node->low, node->high);
  } else if (const auto* node = As<Like>(expr)) {
    Node("like", node->like, node->value, node->negated, node->pattern, node->escape);
  } else if (const auto* node = As<In>(expr)) {
    Node("in", node->value, node->negated, node->list, node->query);
  } else if (const auto* node = As<Quantified>(expr)) {
    Node("quantified", node->value, node->op, node->all, node->list, node->query);
  } else {
    Node("default");
  }
}

void Dumper::PutSpecial(const Expr& expr) {
  if (const auto* node = As<Extract>(expr)) {
    Node("extract", node->unit, node->value);
  } else if (const auto* node = As<FloorCeil>(expr)) {
    Node("floor", node->ceil, node->value, node->unit);
  } else if (const auto* node = As<Trim>(expr)) {
    Node("trim", node->side, node->characters, node->value);
  } else if (const auto* node = As<Position>(expr)) {
    Node("position", node->needle, node->haystack, node->start);
  } else if (const auto* node = As<Overlay>(expr)) {
    Node("overlay", node->value, node->replacement, node->start, node->length);
  } else if (const auto* node = As<Substring>(expr)) {
    Node("substring", node->value, node->start, node->length);
  } else if (const auto* node = As<TimestampCall>(expr)) {
    Node("timestamp", node->difference, node->unit, node->first, node->second);
  } else if (const auto* node = As<DatetimeDifference>(expr)) {
    Node("difference", node->left, node->right, node->qualifier);
  } else if (const auto* node = As<JsonExists>(expr)) {
    Node("json_exists", node->value, node->path, node->on_error);
  } else if (const auto* node = As<JsonValue>(expr)) {
    Node("json_value", node->value, node->path, node->returning, node->on_empty, node->on_error);
  } else if (const auto* node = As<JsonQuery>(expr)) {
    Node("json_query", node->value, node->path, node->returning, node->wrapper, node->on_empty,
         node->on_error);
  } else if (const auto* node = As<JsonObject>(expr)) {
    Node("json_object", node->aggregate, node->members, node->on_null, node->filter, node->over);
  } else if (const auto* node = As<JsonArray>(expr)) {
    Node("json_array", node->aggregate, node->values, node->order_by, node->on_null, node->filter,
         node->over);
  }
}

void Dumper::Put(const TableRef& ref) {
  if (const auto* node = As<NamedTable>(ref)) {
    Node("named", node->name, node->hints, node->system_time, node->lateral, node->alias);
  } else if (const auto* node = As<DerivedTable>(ref)) {
    Node("derived", node->lateral, node->query, node->alias);
  } else if (const auto* node = As<FunctionTable>(ref)) {
    Node("function", node->lateral, node->table_keyword, node->call, node->system_time,
         node->alias);
  } else if (const auto* node = As<UnnestTable>(ref)) {
    Node("unnest", node->lateral, node->values, node->with_ordinality, node->alias);
  } else if (const auto* node = As<Join>(ref)) {
    Node("join", node->type, node->natural, node->left, node->right, node->condition,
         node->using_columns);
  } else if (const auto* node = As<MatchRecognize>(ref)) {
    Node("match", node->input, node->partition_by, node->order_by, node->measures, node->rows,
         node->skip, node->skip_variable, node->anchored_start, node->anchored_end, node->pattern,
         node->within, node->subsets, node->definitions, node->alias);
  }
}

void Dumper::Put(const QueryBody& body) {
  if (const auto* node = As<Query>(body)) {
    Node("query", node->recursive, node->with, node->body, node->order_by, node->offset,
         node->limit);
  } else if (const auto* node = As<Select>(body)) {
    Node("select", node->hints, node->quantifier, node->items, node->from, node->where,
         node->has_group_by, node->group_quantifier, node->group_by, node->having, node->windows,
         node->qualify);
  } else if (const auto* node = As<SetOperation>(body)) {
    Node("set", node->op, node->quantifier, node->left, node->right);
  } else if (const auto* node = As<Values>(body)) {
    Node("values", node->rows);
  } else if (const auto* node = As<TableQuery>(body)) {
    Node("table", node->name);
  }
}

}  // namespace millrace::sql
