// SPDX-License-Identifier: Apache-2.0
// Queries: WITH, SELECT and its clauses, set operations, VALUES, ORDER BY, LIMIT, hints.
#include "sql/keywords.h"
#include "sql/parse/grammar.h"

namespace millrace::sql {
namespace {

constexpr int kUnionPrecedence = 1;
constexpr int kIntersectPrecedence = 2;

}  // namespace

QueryPtr Grammar::ParseQueryTree() {
  Nest nest(this);
  uint32_t begin = Begin();
  auto query = std::make_shared<Query>();
  if (At("WITH")) ParseWith(query.get());
  query->body = ParseSetOperations(kUnionPrecedence);
  ParseQueryTail(query.get());
  // Parentheses around a whole query change nothing.
  const auto* inner = As<Query>(query->body);
  bool bare = query->with.empty() && query->order_by.empty() && query->limit == nullptr &&
              query->offset == nullptr;
  if (bare && inner != nullptr) return std::static_pointer_cast<const Query>(query->body);
  Adopt(query.get(), query->body);
  query->span = From(begin);
  return query;
}

/// A query whose first operand, in parentheses, has been read already.
QueryPtr Grammar::ParseQueryAfter(QueryPtr first, uint32_t begin) {
  auto query = std::make_shared<Query>();
  query->body = ParseSetOperationsAfter(Unwrap(std::move(first)), kUnionPrecedence, begin);
  ParseQueryTail(query.get());
  Adopt(query.get(), query->body);
  query->span = From(begin);
  return query;
}

/// A query that only wraps a body is that body.
QueryBodyPtr Grammar::Unwrap(QueryPtr query) {
  if (query == nullptr) return nullptr;
  bool bare = query->with.empty() && query->order_by.empty() && query->limit == nullptr &&
              query->offset == nullptr;
  if (bare) return query->body;
  return query;
}

void Grammar::ParseWith(Query* query) {
  Take();
  query->recursive = Accept("RECURSIVE");
  do {
    if (failed()) return;
    CommonTable table;
    uint32_t begin = Begin();
    table.name = ParseIdentifier("the name of a common table expression");
    if (AtSymbol("(") && !AtQueryStart(1)) table.columns = ParseNameList("a column name");
    Expect("AS");
    ExpectOpen("AS");
    table.query = ParseQueryTree();
    Close();
    table.span = From(begin);
    Adopt(query, table.query);
    query->with.push_back(std::move(table));
    if (AtSymbol(",") && WordAt(1, "SELECT")) {
      Span comma = Take().span;
      ReportTrailingComma(comma, "SELECT");
      return;
    }
  } while (AcceptSymbol(","));
}

void Grammar::ParseQueryTail(Query* query) {
  if (failed()) return;
  Repair({"ORDER", "LIMIT", "OFFSET", "FETCH", "UNION", "INTERSECT", "EXCEPT"});
  if (Accept("ORDER")) {
    Expect("BY");
    query->order_by = ParseSortList();
    AdoptSort(query, query->order_by);
    Repair({"LIMIT", "OFFSET", "FETCH"});
  }
  ParseLimit(query);
  bool tail = !query->order_by.empty() || query->limit != nullptr || query->offset != nullptr;
  if (tail && AtAny({"WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY", "ORDER"})) {
    FailWith("MR0116",
             "found `" + TextOf(Peek().span) + "` too late, expected it before ORDER BY and LIMIT",
             Peek().span);
  }
}

void Grammar::ParseLimit(Query* query) {
  if (Accept("LIMIT")) {
    uint32_t begin = Begin();
    if (!Accept("ALL")) query->limit = ParseRowCount("a number of rows after LIMIT");
    if (AtSymbol(",") && query->limit != nullptr) {
      Take();
      ExprPtr count = ParseRowCount("a number of rows");
      if (failed()) return;
      Diagnostic& diagnostic = Report(
          "MR0111", "found LIMIT with two numbers, expected LIMIT count OFFSET start", From(begin));
      diagnostic.try_text = TextOf(count->span) + " OFFSET " + TextOf(query->limit->span);
      query->limit = std::move(count);
    }
  }
  uint32_t begin = Begin();
  if (Accept("OFFSET")) {
    query->offset = ParseRowCount("a number of rows after OFFSET");
    if (!Accept("ROWS")) Accept("ROW");
    if (At("LIMIT") && query->limit == nullptr && query->offset != nullptr) {
      Take();
      query->limit = ParseRowCount("a number of rows after LIMIT");
      if (failed()) return;
      Report("MR0116", "found LIMIT after OFFSET, expected LIMIT first", From(begin)).try_text =
          "LIMIT " + TextOf(query->limit->span) + " OFFSET " + TextOf(query->offset->span);
    }
  }
  if (Accept("FETCH")) {
    if (!Accept("FIRST")) Expect("NEXT");
    query->limit = ParseRowCount("a number of rows after FETCH");
    if (!Accept("ROWS")) Expect("ROW");
    Expect("ONLY");
  }
}

ExprPtr Grammar::ParseRowCount(std::string_view what) {
  if (AtSymbol("?")) return ParsePrimary();
  if (Peek().kind != TokenKind::kInteger) {
    Fail(what);
    return nullptr;
  }
  return ParseLiteral(LiteralKind::kInteger);
}

QueryBodyPtr Grammar::ParseSetOperations(int least) {
  Nest nest(this);
  uint32_t begin = Begin();
  QueryBodyPtr left = ParseQueryTerm();
  return ParseSetOperationsAfter(std::move(left), least, begin);
}

QueryBodyPtr Grammar::ParseSetOperationsAfter(QueryBodyPtr left, int least, uint32_t begin) {
  while (!failed()) {
    int precedence = At("INTERSECT") ? kIntersectPrecedence : kUnionPrecedence;
    if (!AtAny({"UNION", "EXCEPT", "INTERSECT", "MINUS"}) || precedence < least) break;
    auto node = std::make_shared<SetOperation>();
    const Token& word = Take();
    node->op_span = word.span;
    node->op = word.value == "UNION"       ? SetOperator::kUnion
               : word.value == "INTERSECT" ? SetOperator::kIntersect
                                           : SetOperator::kExcept;
    if (word.value == "MINUS") {
      Report("MR0111", "found `MINUS`, expected `EXCEPT`", word.span).try_text = "EXCEPT";
    }
    if (Accept("ALL")) {
      node->quantifier = SetQuantifier::kAll;
    } else if (Accept("DISTINCT")) {
      node->quantifier = SetQuantifier::kDistinct;
    }
    node->left = std::move(left);
    node->right = ParseSetOperations(precedence + 1);
    Adopt(node.get(), node->left);
    Adopt(node.get(), node->right);
    node->span = From(begin);
    left = std::move(node);
  }
  return left;
}

QueryBodyPtr Grammar::ParseQueryTerm() {
  uint32_t begin = Begin();
  if (Open("(")) {
    QueryPtr query = ParseQueryTree();
    Close();
    return Unwrap(std::move(query));
  }
  if (At("VALUE") && SymbolAt(1, "(")) return ParseValues();  // INSERT INTO t VALUE (..)
  if (!AtAny({"SELECT", "VALUES", "TABLE"})) Repair({"SELECT", "VALUES"});
  if (At("SELECT")) return ParseSelect();
  if (At("VALUES")) return ParseValues();
  if (At("TABLE") && !SymbolAt(1, "(")) {
    Take();
    auto node = std::make_shared<TableQuery>();
    node->name = ParseName("the name of a table");
    node->span = From(begin);
    return node;
  }
  Fail("a query (SELECT, VALUES, WITH or TABLE)");
  return nullptr;
}

QueryBodyPtr Grammar::ParseSelect() {
  uint32_t begin = Begin();
  auto select = std::make_shared<Select>();
  Take();
  select->hints = ParseHints();
  Accept("STREAM");
  if (Accept("DISTINCT")) {
    select->quantifier = SetQuantifier::kDistinct;
  } else if (Accept("ALL")) {
    select->quantifier = SetQuantifier::kAll;
  }
  if (AtSymbol("/*+") || Peek().kind == TokenKind::kHintStart) {
    FailWith("MR0117", "a hint stands right after SELECT, before DISTINCT", Peek().span);
  }
  if (select->quantifier == SetQuantifier::kDistinct && At("ON") && SymbolAt(1, "(")) {
    FailWith("MR0111", "found `DISTINCT ON`, expected columns", Peek().span);
    last().next_step =
        "End the query with QUALIFY ROW_NUMBER() OVER (PARTITION BY .. ORDER BY ..) = 1.";
  }
  if (At("TOP") && Peek(1).kind == TokenKind::kInteger) {
    FailWith("MR0111", "found `TOP`, expected columns: use LIMIT at the end of the query",
             Peek().span);
  }
  ParseSelectItems(select.get());
  Repair({"FROM"});
  if (Accept("FROM")) {
    select->from = ParseFrom();
    Adopt(select.get(), select->from);
    selects_from_ = true;
  }
  ParseSelectClauses(select.get());
  select->span = From(begin);
  return select;
}

void Grammar::ParseSelectItems(Select* select) {
  do {
    if (failed()) return;
    select->items.push_back(ParseSelectItem());
    Adopt(select, select->items.back().value);
    if (AtSymbol(",") && (WordAt(1, "FROM") || SymbolAt(1, ")") || SymbolAt(1, ";") ||
                          Peek(1).kind == TokenKind::kEnd)) {
      Span comma = Take().span;
      std::string next = AtEnd() || AtSymbol(";") ? "the end" : "`" + TextOf(Peek().span) + "`";
      ReportTrailingComma(comma, next);
      return;
    }
  } while (AcceptSymbol(","));
}

SelectItem Grammar::ParseSelectItem() {
  SelectItem item;
  uint32_t begin = Begin();
  if (AtSymbol("*")) {
    Take();
    item.value = Finish(std::make_shared<Star>(), begin);
  } else if (At("FROM")) {
    Fail("a column or expression after SELECT");
  } else {
    item.value = ParseExpr();
  }
  if (Accept("AS")) {
    item.alias = ParseNewName("a name after AS");
  } else if (AtIdentifier() && item.value != nullptr &&
             !RepairInsteadOfAlias({"FROM", "UNION", "EXCEPT", "INTERSECT"})) {
    bool star = item.value->kind == ExprKind::kStar;
    if (!star || !Repair({"FROM"})) {
      item.alias = ParseIdentifier("a name");
      MarkAlias();
    }
  } else if (Peek().kind == TokenKind::kWord && IsReservedWord(Peek().value) &&
             (SymbolAt(1, ",") || WordAt(1, "FROM")) && !At("FROM")) {
    item.alias = ParseIdentifier("`,`, FROM or a name");  // a AS value
  }
  item.span = From(begin);
  return item;
}

void Grammar::ParseSelectClauses(Select* select) {
  if (failed()) return;
  Repair({"WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY", "ORDER", "LIMIT", "UNION"});
  if (select->from == nullptr && AtAny({"WHERE", "GROUP", "HAVING"})) {
    FailWith("MR0101", "found `" + TextOf(Peek().span) + "`, expected FROM and a table first",
             Peek().span);
    return;
  }
  if (Accept("WHERE")) {
    select->where = ParseExpr();
    Adopt(select, select->where);
    Repair({"GROUP", "HAVING", "WINDOW", "QUALIFY", "ORDER", "LIMIT", "UNION", "AND", "OR"});
  }
  if (Accept("GROUP")) {
    Expect("BY");
    select->has_group_by = true;
    if (Accept("DISTINCT")) {
      select->group_quantifier = SetQuantifier::kDistinct;
    } else if (Accept("ALL")) {
      select->group_quantifier = SetQuantifier::kAll;
    }
    do {
      if (failed()) return;
      select->group_by.push_back(ParseGroupingElement());
      Adopt(select, select->group_by.back().value);
    } while (AcceptSymbol(","));
    Repair({"HAVING", "WINDOW", "QUALIFY", "ORDER", "LIMIT", "UNION"});
  }
  if (Accept("HAVING")) {
    select->having = ParseExpr();
    Adopt(select, select->having);
    Repair({"WINDOW", "QUALIFY", "ORDER", "LIMIT", "UNION", "AND", "OR"});
  }
  if (Accept("WINDOW")) {
    do {
      if (failed()) return;
      NamedWindow window;
      window.name = ParseIdentifier("a window name");
      Expect("AS");
      window.spec = ParseWindowSpec();
      AdoptAll(select, window.spec.partition_by);
      AdoptSort(select, window.spec.order_by);
      select->windows.push_back(std::move(window));
    } while (AcceptSymbol(","));
  }
  if (Accept("QUALIFY")) {
    select->qualify = ParseExpr();
    Adopt(select, select->qualify);
  }
  static constexpr std::string_view kOrder =
      "expected the clauses in the order FROM, WHERE, GROUP BY, HAVING, WINDOW, QUALIFY, ORDER BY";
  if (AtAny({"WHERE", "GROUP", "HAVING", "WINDOW", "FROM"}) && select->from != nullptr) {
    FailWith("MR0116", "found `" + TextOf(Peek().span) + "` here, " + std::string(kOrder),
             Peek().span);
  }
}

GroupingElement Grammar::ParseGroupingElement() {
  using Kind = GroupingElement::Kind;
  Nest nest(this);
  GroupingElement element;
  uint32_t begin = Begin();
  bool sets = AtWords({"GROUPING", "SETS"});
  bool cube = At("CUBE") && SymbolAt(1, "(");
  bool rollup = At("ROLLUP") && SymbolAt(1, "(");
  if (sets || cube || rollup) {
    element.kind = sets ? Kind::kGroupingSets : cube ? Kind::kCube : Kind::kRollup;
    Take();
    if (sets) Take();
    ExpectOpen("GROUPING SETS");
    do {
      if (failed()) break;
      element.elements.push_back(ParseGroupingElement());
    } while (NextInList());
    Close();
  } else if (AtSymbol("(") && SymbolAt(1, ")")) {
    Take();
    Take();
    element.kind = Kind::kEmpty;
  } else {
    element.value = ParseExpr();
  }
  element.span = From(begin);
  return element;
}

QueryBodyPtr Grammar::ParseValues() {
  uint32_t begin = Begin();
  auto values = std::make_shared<Values>();
  Take();
  do {
    if (failed()) break;
    ExprPtr row = At("DEFAULT") ? ParseArgumentValue() : ParseValuesRow();
    Adopt(values.get(), row);
    values->rows.push_back(std::move(row));
    if (AtSymbol(",") &&
        (SymbolAt(1, ";") || SymbolAt(1, ")") || Peek(1).kind == TokenKind::kEnd)) {
      Span comma = Take().span;
      ReportTrailingComma(comma, "the end of VALUES");
      break;
    }
  } while (AcceptSymbol(","));
  values->span = From(begin);
  return values;
}

/// A row of VALUES always becomes a Row, also (1) and 1. It may hold DEFAULT.
ExprPtr Grammar::ParseValuesRow() {
  uint32_t begin = Begin();
  auto row = std::make_shared<Row>();
  bool explicit_row = At("ROW") && SymbolAt(1, "(");
  if (explicit_row) Take();
  if (AtSymbol("(") && !AtQueryStart(1)) {
    Open("(");
    do {
      if (failed()) break;
      row->values.push_back(At("DEFAULT") ? ParseArgumentValue() : ParseExpr());
    } while (NextInList());
    Close();
    // (1) + 2: the parentheses belonged to an operand.
    bool goes_on = !failed() && !AtEnd() && PeekInfix().kind != Infix::Kind::kNone;
    if (goes_on && row->values.size() == 1) {
      FailWith("MR0101", "found an operator after a row, expected `,` or the end of VALUES",
               Peek().span);
      last().next_step = "Put the whole expression in parentheses: VALUES ((1) + 2).";
    }
  } else {
    row->values.push_back(ParseExpr());
  }
  row->explicit_row = explicit_row;
  AdoptAll(row.get(), row->values);
  return Finish(std::move(row), begin);
}

std::vector<Hint> Grammar::ParseHints() {
  std::vector<Hint> hints;
  while (Peek().kind == TokenKind::kHintStart) {
    Span start = Take().span;
    if (Peek().kind == TokenKind::kHintEnd) {
      Report("MR0117", "this hint is empty, expected a name such as OPTIONS or LOOKUP",
             start.Cover(Peek().span));
    }
    while (!failed() && Peek().kind != TokenKind::kHintEnd && !AtEnd()) {
      hints.push_back(ParseHint());
      if (!AcceptSymbol(",")) break;
    }
    if (Peek().kind == TokenKind::kHintEnd) {
      Take();
    } else if (!failed()) {
      Fail("`*/` after the hint");
      last().labels.push_back({start, "the hint starts here"});
    }
  }
  return hints;
}

Hint Grammar::ParseHint() {
  Hint hint;
  uint32_t begin = Begin();
  hint.name = ParseNewName("the name of a hint").text;
  for (char& c : hint.name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (Open("(")) {
    while (!failed() && !AtSymbol(")")) {
      HintArgument argument;
      using ValueKind = HintArgument::ValueKind;
      auto read = [&](ValueKind* kind) {
        const Token& token = Peek();
        bool number = token.kind == TokenKind::kInteger || token.kind == TokenKind::kDecimal;
        *kind = number                             ? ValueKind::kNumber
                : token.kind == TokenKind::kString ? ValueKind::kString
                                                   : ValueKind::kIdentifier;
        StringLiteral text{token.value, token.span};
        if (number || token.kind == TokenKind::kString) {
          Take();
        } else {
          text.value = ParseNewName("an option in single quotes").text;
        }
        return text;
      };
      ValueKind kind = ValueKind::kString;
      StringLiteral first = read(&kind);
      if (AcceptSymbol("=")) {
        argument.key = std::move(first);
        argument.key_is_string = kind == ValueKind::kString;
        argument.value = ExpectString("the value of the option");
      } else {
        argument.value = std::move(first);
        argument.value_kind = kind;
      }
      hint.arguments.push_back(std::move(argument));
      if (!NextInList()) break;
    }
    Close();
  }
  hint.span = From(begin);
  return hint;
}

}  // namespace millrace::sql
