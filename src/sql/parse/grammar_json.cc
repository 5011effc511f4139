// SPDX-License-Identifier: Apache-2.0
// JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT[AGG], JSON_ARRAY[AGG].
#include "sql/parse/grammar.h"

namespace millrace::sql {

bool Grammar::ParseJsonBehavior(JsonBehavior* behavior) {
  using Kind = JsonBehavior::Kind;
  if (Accept("NULL")) {
    behavior->kind = Kind::kNull;
  } else if (Accept("ERROR")) {
    behavior->kind = Kind::kError;
  } else if (Accept("TRUE")) {
    behavior->kind = Kind::kTrue;
  } else if (Accept("FALSE")) {
    behavior->kind = Kind::kFalse;
  } else if (Accept("UNKNOWN")) {
    behavior->kind = Kind::kUnknown;
  } else if (Accept("DEFAULT")) {
    behavior->kind = Kind::kDefault;
    behavior->default_value = ParseExpr();
  } else if (Accept("EMPTY")) {
    behavior->kind = Accept("ARRAY")    ? Kind::kEmptyArray
                     : Accept("OBJECT") ? Kind::kEmptyObject
                                        : Kind::kEmpty;
  } else {
    return false;
  }
  return true;
}

void Grammar::ParseJsonBehaviors(JsonBehavior* on_empty, JsonBehavior* on_error) {
  while (!failed()) {
    JsonBehavior behavior;
    uint32_t begin = Begin();
    if (!ParseJsonBehavior(&behavior)) return;
    Expect("ON");
    JsonBehavior* target = on_error;
    if (on_empty != nullptr && Accept("EMPTY")) {
      target = on_empty;
    } else if (!Accept("ERROR")) {
      Fail(on_empty != nullptr ? "`EMPTY` or `ERROR`" : "`ERROR`");
      return;
    }
    if (target->kind != JsonBehavior::Kind::kUnspecified) {
      Report("MR0118", "this behavior is given twice", From(begin));
    }
    *target = std::move(behavior);
  }
}

ExprPtr Grammar::ParseJsonExists() {
  auto node = std::make_shared<JsonExists>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  node->value = ParseExpr();
  ExpectSymbol(",", "the JSON value");
  node->path = ParseExpr();
  ParseJsonBehaviors(nullptr, &node->on_error);
  Close();
  Adopt(node.get(), node->value);
  Adopt(node.get(), node->path);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseJsonValue() {
  auto node = std::make_shared<JsonValue>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  node->value = ParseExpr();
  ExpectSymbol(",", "the JSON value");
  node->path = ParseExpr();
  if (Accept("RETURNING")) node->returning = ParseType(false);
  ParseJsonBehaviors(&node->on_empty, &node->on_error);
  Close();
  Adopt(node.get(), node->value);
  Adopt(node.get(), node->path);
  Adopt(node.get(), node->on_empty.default_value);
  Adopt(node.get(), node->on_error.default_value);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseJsonQuery() {
  auto node = std::make_shared<JsonQuery>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  node->value = ParseExpr();
  ExpectSymbol(",", "the JSON value");
  node->path = ParseExpr();
  if (Accept("RETURNING")) node->returning = ParseType(false);
  if (Accept("WITHOUT")) {
    Accept("ARRAY");
    Expect("WRAPPER");
    node->wrapper = JsonQuery::Wrapper::kWithout;
  } else if (Accept("WITH")) {
    node->wrapper = JsonQuery::Wrapper::kUnconditional;
    if (Accept("CONDITIONAL")) {
      node->wrapper = JsonQuery::Wrapper::kConditional;
    } else {
      Accept("UNCONDITIONAL");
    }
    Accept("ARRAY");
    Expect("WRAPPER");
  }
  ParseJsonBehaviors(&node->on_empty, &node->on_error);
  Close();
  Adopt(node.get(), node->value);
  Adopt(node.get(), node->path);
  return Finish(std::move(node), begin);
}

JsonOnNull Grammar::ParseJsonOnNull() {
  if (AcceptWords({"NULL", "ON", "NULL"})) return JsonOnNull::kNull;
  if (AcceptWords({"ABSENT", "ON", "NULL"})) return JsonOnNull::kAbsent;
  return JsonOnNull::kUnspecified;
}

/// A member is [KEY] k VALUE v or k : v.
ExprPtr Grammar::ParseJsonObject(bool aggregate) {
  auto node = std::make_shared<JsonObject>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  node->aggregate = aggregate;
  bool empty =
      AtSymbol(")") || AtWords({"NULL", "ON", "NULL"}) || AtWords({"ABSENT", "ON", "NULL"});
  while (!failed() && (aggregate || !empty)) {
    if (At("KEY") && Peek(1).kind != TokenKind::kSymbol && !WordAt(1, "VALUE")) Take();
    ExprPtr key = ParseExpr();
    if (AtSymbol(",") && !aggregate) {
      Report("MR0105", "found `,`, expected `VALUE` between key and value", Peek().span).try_text =
          " VALUE";
      Take();
    } else if (!AcceptSymbol(":")) {
      Expect("VALUE");
    }
    ExprPtr value = ParseExpr();
    Adopt(node.get(), key);
    Adopt(node.get(), value);
    node->members.emplace_back(std::move(key), std::move(value));
    if (aggregate || !NextInList()) break;
  }
  node->on_null = ParseJsonOnNull();
  Close();
  if (aggregate) {
    if (At("FILTER") && SymbolAt(1, "(")) node->filter = ParseFilter();
    if (At("OVER")) node->over = ParseOver();
    Adopt(node.get(), node->filter);
    AdoptOver(node.get(), node->over);
  }
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseJsonArray(bool aggregate) {
  auto node = std::make_shared<JsonArray>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  node->aggregate = aggregate;
  bool empty =
      AtSymbol(")") || AtWords({"NULL", "ON", "NULL"}) || AtWords({"ABSENT", "ON", "NULL"});
  if (aggregate) {
    node->values.push_back(ParseExpr());
    if (AcceptWords({"ORDER", "BY"})) node->order_by = ParseSortList();
  } else if (!empty) {
    node->values = ParseExprList(")");
  }
  node->on_null = ParseJsonOnNull();
  Close();
  if (aggregate) {
    if (AcceptWords({"WITHIN", "GROUP"})) {
      ExpectOpen("WITHIN GROUP");
      ExpectWords({"ORDER", "BY"});
      node->order_by = ParseSortList();
      Close();
    }
    if (At("FILTER") && SymbolAt(1, "(")) node->filter = ParseFilter();
    if (At("OVER")) node->over = ParseOver();
    Adopt(node.get(), node->filter);
    AdoptOver(node.get(), node->over);
  }
  AdoptAll(node.get(), node->values);
  AdoptSort(node.get(), node->order_by);
  return Finish(std::move(node), begin);
}

}  // namespace millrace::sql
