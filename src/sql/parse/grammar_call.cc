// SPDX-License-Identifier: Apache-2.0
// Calls with ordinary arguments (named, table, model and descriptor arguments included), the
// clauses after them (WITHIN GROUP, FILTER, OVER), window specifications and sort lists.
#include "sql/parse/grammar.h"

namespace millrace::sql {

ExprPtr Grammar::ParseCall(QualifiedName name, uint32_t begin) {
  auto node = std::make_shared<FunctionCall>();
  node->upper_name = name.parts.back().text;
  for (char& c : node->upper_name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  node->name = std::move(name);
  Open("(");
  ParseCallArguments(node.get());
  Close();
  ParseCallSuffix(node.get());
  for (const Argument& argument : node->arguments) Adopt(node.get(), argument.value);
  AdoptSort(node.get(), node->order_by);
  AdoptSort(node.get(), node->within_group);
  Adopt(node.get(), node->filter);
  AdoptOver(node.get(), node->over);
  return Finish(std::move(node), begin);
}

void Grammar::ParseCallArguments(FunctionCall* call) {
  if (AtSymbol("*") && SymbolAt(1, ")")) {
    uint32_t begin = Begin();
    Take();
    call->arguments.push_back({std::nullopt, Finish(std::make_shared<Star>(), begin)});
    return;
  }
  if (Accept("DISTINCT")) {
    call->quantifier = SetQuantifier::kDistinct;
  } else if (Accept("ALL")) {
    call->quantifier = SetQuantifier::kAll;
  }
  if (AtSymbol(")")) return;
  if (call->upper_name.starts_with("DATE") && AtTimeUnit() && SymbolAt(1, ",")) {
    call->arguments.push_back(ParseUnitArgument());
    Take();
  }
  do {
    if (failed()) break;
    call->arguments.push_back(ParseArgument());
  } while (NextInList());
  // Here or behind the call.
  if (call->upper_name == "ARRAY_AGG") ParseNullTreatment(call);
  if (AcceptWords({"ORDER", "BY"})) call->order_by = ParseSortList();
}

void Grammar::ParseNullTreatment(FunctionCall* call) {
  if (AcceptWords({"IGNORE", "NULLS"})) {
    call->null_treatment = NullTreatment::kIgnoreNulls;
  } else if (AcceptWords({"RESPECT", "NULLS"})) {
    call->null_treatment = NullTreatment::kRespectNulls;
  }
}

void Grammar::ParseCallSuffix(FunctionCall* call) {
  ParseNullTreatment(call);
  if (AtWords({"WITHIN", "GROUP"})) {
    Take();
    Take();
    ExpectOpen("WITHIN GROUP");
    ExpectWords({"ORDER", "BY"});
    call->within_group = ParseSortList();
    Close();
  }
  if (At("FILTER") && SymbolAt(1, "(")) call->filter = ParseFilter();
  if (At("OVER")) call->over = ParseOver();
}

ExprPtr Grammar::ParseFilter() {
  Take();
  Open("(");
  Expect("WHERE");
  ExprPtr filter = ParseExpr();
  Close();
  return filter;
}

/// DATEDIFF(DAY, ..) of other dialects: the error is the function, not the reserved word.
Argument Grammar::ParseUnitArgument() {
  uint32_t begin = Begin();
  const Token& unit = Take();
  auto node = std::make_shared<Literal>();
  node->literal = LiteralKind::kString;
  node->text = unit.value;
  return {std::nullopt, Finish(std::move(node), begin)};
}

Argument Grammar::ParseArgument() {
  Argument argument;
  TokenKind kind = Peek().kind;
  if ((kind == TokenKind::kWord || kind == TokenKind::kQuotedIdentifier ||
       kind == TokenKind::kDoubleQuoted) &&
      SymbolAt(1, "=>")) {
    argument.name = ParseNewName("the name of an argument");
    Take();
  }
  argument.value = ParseArgumentValue();
  return argument;
}

ExprPtr Grammar::ParseArgumentValue() {
  uint32_t begin = Begin();
  if (At("DEFAULT")) {
    Take();
    return Finish(std::make_shared<DefaultValue>(), begin);
  }
  if (At("TABLE")) return ParseTableArgument();
  if (At("SELECT") || At("WITH")) {
    FailWith("MR0101", "found a query, expected it in parentheses", Peek().span);
    last().next_step = "Put the query in parentheses: f((SELECT ..), ..).";
    return nullptr;
  }
  ExprPtr value = ParseExpr();
  if (!AtWords({"PARTITION", "BY"}) && !AtWords({"ORDER", "BY"})) return value;
  const auto* subquery = As<Subquery>(value);
  const auto* name = As<ColumnRef>(value);
  bool aggregate_order = At("ORDER") && subquery == nullptr;  // ARRAY_AGG(a ORDER BY b)
  if (aggregate_order || (subquery == nullptr && name == nullptr)) return value;
  auto node = std::make_shared<TableArgument>();
  if (subquery != nullptr) node->query = subquery->query;
  if (name != nullptr) node->table = name->name;
  ParseTableArgumentClauses(node.get());
  Adopt(node.get(), node->query);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseTableArgument() {
  auto node = std::make_shared<TableArgument>();
  uint32_t begin = Begin();
  Take();
  if (AtSymbol("(")) {
    uint32_t inner = Begin();
    Open("(");
    node->query = ParseQueryTree();
    Close();
    if (!failed()) {
      Report("MR0101", "found `TABLE` before a query, expected the query in parentheses alone",
             From(begin))
          .try_text = TextOf(From(inner));
    }
  } else {
    node->table = ParseName("the name of a table");
    node->hints = ParseHints();
  }
  ParseTableArgumentClauses(node.get());
  Adopt(node.get(), node->query);
  return Finish(std::move(node), begin);
}

/// PARTITION BY k or (k, l); ORDER BY likewise: without parentheses only one.
void Grammar::ParseTableArgumentClauses(TableArgument* argument) {
  if (AcceptWords({"PARTITION", "BY"})) {
    if (AtSymbol("(")) {
      Open("(");
      argument->partition_by = ParseExprList(")");
      Close();
    } else {
      argument->partition_by.push_back(ParseExpr());
    }
  }
  if (AcceptWords({"ORDER", "BY"})) {
    if (AtSymbol("(")) {
      Open("(");
      argument->order_by = ParseSortList();
      Close();
    } else {
      SortItem item;
      uint32_t begin = Begin();
      item.value = ParseExpr();
      if (Accept("DESC")) {
        item.direction = SortDirection::kDescending;
      } else if (Accept("ASC")) {
        item.direction = SortDirection::kAscending;
      }
      item.span = From(begin);
      argument->order_by.push_back(std::move(item));
    }
  }
  AdoptAll(argument, argument->partition_by);
  AdoptSort(argument, argument->order_by);
}

ExprPtr Grammar::ParseDescriptor() {
  auto node = std::make_shared<Descriptor>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  do {
    if (failed()) break;
    if (Peek().kind == TokenKind::kString) {
      Span span = Peek().span;
      std::string text = Peek().value;
      Report("MR0101", "found the text '" + text + "', expected the name of a column", span)
          .try_text = "`" + text + "`";
      Take();
      continue;
    }
    node->columns.push_back(ParseName("the name of a column"));
    bool typed = Peek().kind == TokenKind::kWord;
    node->types.push_back(typed ? ParseType(true) : nullptr);
  } while (NextInList());
  Close();
  return Finish(std::move(node), begin);
}

template <typename Node>
void Grammar::AdoptOver(Node* node, const std::optional<OverClause>& over) {
  if (!over || !over->spec) return;
  AdoptAll(node, over->spec->partition_by);
  AdoptSort(node, over->spec->order_by);
  if (!over->spec->frame) return;
  Adopt(node, over->spec->frame->start.offset);
  if (over->spec->frame->end) Adopt(node, over->spec->frame->end->offset);
}
template void Grammar::AdoptOver(FunctionCall* node, const std::optional<OverClause>& over);
template void Grammar::AdoptOver(JsonObject* node, const std::optional<OverClause>& over);
template void Grammar::AdoptOver(JsonArray* node, const std::optional<OverClause>& over);

std::optional<OverClause> Grammar::ParseOver() {
  OverClause over;
  uint32_t begin = Begin();
  Take();
  if (AtSymbol("(") || AtAny({"PARTITION", "ORDER", "ROWS", "RANGE"})) {
    over.spec = ParseWindowSpec();
  } else {
    over.name = ParseIdentifier("a window name or `(` after OVER");
  }
  over.span = From(begin);
  return over;
}

WindowSpec Grammar::ParseWindowSpec() {
  WindowSpec spec;
  uint32_t begin = Begin();
  ExpectOpen("OVER or AS");
  if (AtIdentifier() && !Repair({"PARTITION", "ORDER", "ROWS", "RANGE"})) {
    spec.base = ParseIdentifier("a window name");
  }
  if (Accept("PARTITION")) {
    Expect("BY");
    do {
      if (failed()) break;
      spec.partition_by.push_back(ParseExpr());
    } while (AcceptSymbol(","));
  }
  if (!At("ORDER")) Repair({"ORDER"});
  if (Accept("ORDER")) {
    Expect("BY");
    spec.order_by = ParseSortList();
  }
  if (AtAny({"ROWS", "RANGE"})) spec.frame = ParseFrame();
  if (!AcceptWords({"ALLOW", "PARTIAL"})) AcceptWords({"DISALLOW", "PARTIAL"});
  Close();
  spec.span = From(begin);
  return spec;
}

Frame Grammar::ParseFrame() {
  Frame frame;
  uint32_t begin = Begin();
  frame.unit = Take().value == "ROWS" ? FrameUnit::kRows : FrameUnit::kRange;
  if (Accept("BETWEEN")) {
    frame.start = ParseFrameBound();
    Expect("AND");
    frame.end = ParseFrameBound();
  } else {
    frame.start = ParseFrameBound();
  }
  frame.span = From(begin);
  return frame;
}

FrameBound Grammar::ParseFrameBound() {
  using Kind = FrameBound::Kind;
  FrameBound bound;
  uint32_t begin = Begin();
  if (Accept("CURRENT")) {
    Expect("ROW");
    bound.kind = Kind::kCurrentRow;
  } else {
    bool unbounded = Accept("UNBOUNDED");
    if (!unbounded) bound.offset = ParseOperators(kBoundPrecedence);
    if (Accept("FOLLOWING")) {
      bound.kind = unbounded ? Kind::kUnboundedFollowing : Kind::kFollowing;
    } else {
      if (!At("PRECEDING")) Repair({"PRECEDING", "FOLLOWING"});
      bound.kind = unbounded ? Kind::kUnboundedPreceding : Kind::kPreceding;
      if (At("FOLLOWING")) {
        bound.kind = unbounded ? Kind::kUnboundedFollowing : Kind::kFollowing;
        Take();
      } else if (!Accept("PRECEDING")) {
        Fail("`PRECEDING` or `FOLLOWING`");
      }
    }
  }
  bound.span = From(begin);
  return bound;
}

std::vector<SortItem> Grammar::ParseSortList() {
  std::vector<SortItem> items;
  do {
    if (failed()) break;
    SortItem item;
    uint32_t begin = Begin();
    item.value = ParseExpr();
    if (!AtAny({"ASC", "DESC", "NULLS"})) Repair({"ASC", "DESC", "NULLS"});
    if (Accept("DESC")) {
      item.direction = SortDirection::kDescending;
    } else if (Accept("ASC")) {
      item.direction = SortDirection::kAscending;
    }
    if (Accept("NULLS")) {
      if (Accept("FIRST")) {
        item.nulls = NullsOrder::kFirst;
      } else {
        Expect("LAST");
        item.nulls = NullsOrder::kLast;
      }
    }
    item.span = From(begin);
    items.push_back(std::move(item));
  } while (AcceptSymbol(","));
  return items;
}

}  // namespace millrace::sql
