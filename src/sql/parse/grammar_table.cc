// SPDX-License-Identifier: Apache-2.0
// FROM: tables, joins, table functions, UNNEST, subqueries, temporal tables.
#include "sql/keywords.h"
#include "sql/parse/grammar.h"

namespace millrace::sql {

template <typename Node>
TableRefPtr Grammar::FinishTable(std::shared_ptr<Node> node, uint32_t begin) {
  node->alias = ParseTableAlias();
  RefuseTableSuffix();
  node->span = From(begin);
  if (!At("MATCH_RECOGNIZE")) return node;
  auto match = ParseMatchRecognize(std::move(node));
  match->alias = ParseTableAlias();
  match->span = From(begin);
  return match;
}

/// t1 [joins], t2 [joins], ..
TableRefPtr Grammar::ParseFrom() {
  uint32_t begin = Begin();
  TableRefPtr left = ParseJoins();
  while (AtSymbol(",")) {
    auto join = std::make_shared<Join>();
    join->type = JoinType::kComma;
    join->operator_span = Take().span;
    if (AtAny({"WHERE", "GROUP", "ORDER"}) || AtEnd() || AtSymbol(";") || AtSymbol(")")) {
      ReportTrailingComma(join->operator_span,
                          AtEnd() || AtSymbol(";") ? "the end" : "`" + TextOf(Peek().span) + "`");
      return left;
    }
    join->left = std::move(left);
    join->right = ParseJoins();
    Adopt(join.get(), join->left);
    Adopt(join.get(), join->right);
    join->span = From(begin);
    left = std::move(join);
  }
  return left;
}

TableRefPtr Grammar::ParseJoins() {
  uint32_t begin = Begin();
  TableRefPtr left = ParseTablePrimary();
  while (!failed()) {
    auto join = std::make_shared<Join>();
    if (!ParseJoinOperator(join.get())) break;
    join->left = std::move(left);
    join->right = ParseTablePrimary();
    if (!At("ON") && !At("USING") && join->type != JoinType::kCross && !join->natural) {
      Repair({"ON", "USING"});
    }
    if (Accept("ON")) {
      join->condition = ParseExpr();
    } else if (Accept("USING")) {
      join->using_columns = ParseNameList("a column name");
    }
    Adopt(join.get(), join->left);
    Adopt(join.get(), join->right);
    Adopt(join.get(), join->condition);
    join->span = From(begin);
    left = std::move(join);
  }
  return left;
}

bool Grammar::ParseJoinOperator(Join* join) {
  uint32_t begin = Begin();
  if (!AtAny({"NATURAL", "CROSS", "INNER", "LEFT", "RIGHT", "FULL", "JOIN"})) return false;
  if (At("LEFT") && (WordAt(1, "SEMI") || WordAt(1, "ANTI"))) {
    FailWith("MR0111",
             "found `LEFT " + Peek(1).value + "`, expected a join: write WHERE " +
                 std::string(WordAt(1, "SEMI") ? "EXISTS" : "NOT EXISTS") + " (..)",
             Peek().span.Cover(Peek(1).span));
    return false;
  }
  if (AtWords({"CROSS", "APPLY"})) {
    FailWith("MR0111", "found `CROSS APPLY`, expected `CROSS JOIN LATERAL TABLE(f(..))`",
             Peek().span.Cover(Peek(1).span));
    return false;
  }
  join->natural = Accept("NATURAL");
  if (Accept("CROSS")) {
    join->type = JoinType::kCross;
  } else if (Accept("LEFT")) {
    join->type = JoinType::kLeft;
  } else if (Accept("RIGHT")) {
    join->type = JoinType::kRight;
  } else if (Accept("FULL")) {
    join->type = JoinType::kFull;
  } else {
    Accept("INNER");
  }
  if (join->type >= JoinType::kLeft) Accept("OUTER");
  Expect("JOIN");
  join->operator_span = From(begin);
  return true;
}

TableRefPtr Grammar::ParseTablePrimary() {
  Nest nest(this);
  uint32_t begin = Begin();
  bool lateral = Accept("LATERAL");
  if (AtSymbol("(")) return ParseParenthesisedTable(lateral);
  if (At("UNNEST") && SymbolAt(1, "(")) return ParseUnnest(lateral);
  if (At("TABLE") && SymbolAt(1, "(")) return ParseFunctionTable(lateral);
  const Token& token = Peek();
  if (At("SELECT")) {
    FailWith("MR0101", "found `SELECT`, expected the query in parentheses: FROM (SELECT ..)",
             token.span);
    return nullptr;
  }
  if (At("VALUES")) {
    FailWith("MR0101", "found `VALUES`, expected it in parentheses: FROM (VALUES ..) AS t(a, ..)",
             token.span);
    return nullptr;
  }
  if (At("TABLE")) {
    FailWith("MR0101", "found `TABLE`, expected the name of a table", token.span);
    return nullptr;
  }
  QualifiedName name = ParseName("the name of a table");
  if (AtSymbol("(")) {
    auto node = std::make_shared<FunctionTable>();
    node->lateral = lateral;
    ExprPtr call = ParseCall(std::move(name), begin);
    node->call = std::static_pointer_cast<const FunctionCall>(call);
    Adopt(node.get(), node->call);
    node->system_time = ParseSystemTime();
    return FinishTable(std::move(node), begin);
  }
  auto node = std::make_shared<NamedTable>();
  node->name = std::move(name);
  node->lateral = lateral;
  if (lateral && !failed()) {
    FailWith("MR0101", "found a table after LATERAL, expected TABLE(f(..)), a call or a query",
             node->name.span);
  }
  node->hints = ParseHints();
  node->system_time = ParseSystemTime();
  Adopt(node.get(), node->system_time);
  return FinishTable(std::move(node), begin);
}

/// (query) or (table JOIN table ..).
TableRefPtr Grammar::ParseParenthesisedTable(bool lateral) {
  uint32_t begin = Begin();
  size_t ahead = 0;  // looks through nested parentheses
  while (SymbolAt(ahead, "(")) ++ahead;
  if (ahead > static_cast<size_t>(kMaxNesting)) {
    FailWith("MR0113", "this statement is nested too deeply (more than 200 levels)", Peek().span);
    return nullptr;
  }
  Open("(");
  if (AtQueryStart(ahead - 1)) {
    auto node = std::make_shared<DerivedTable>();
    node->lateral = lateral;
    if (AtSymbol("(")) {
      // ((SELECT ..) UNION ..) and ((SELECT ..) AS a JOIN b): decided after the inner one.
      TableRefPtr inner = ParseJoins();
      const auto* only = As<DerivedTable>(inner);
      if (only == nullptr || only->alias) {
        Close();
        return inner;
      }
      node->query = AtAny({"UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET", "FETCH"})
                        ? ParseQueryAfter(only->query, only->span.begin)
                        : only->query;
    } else {
      node->query = ParseQueryTree();
    }
    Close();
    Adopt(node.get(), node->query);
    return FinishTable(std::move(node), begin);
  }
  TableRefPtr inner = ParseFrom();
  Close();
  if (!failed() && inner != nullptr && inner->kind != TableRefKind::kJoin) {
    Report("MR0101", "found a table in parentheses, expected a query or a join", From(begin))
        .try_text = TextOf(inner->span);
  }
  return inner;
}

/// TABLE(f(..))
TableRefPtr Grammar::ParseFunctionTable(bool lateral) {
  uint32_t begin = Begin();
  auto node = std::make_shared<FunctionTable>();
  Take();
  Open("(");
  node->lateral = lateral;
  node->table_keyword = true;
  uint32_t call_begin = Begin();
  QualifiedName name = ParseName("a table function");
  if (AtSymbol("(")) {
    ExprPtr call = ParseCall(std::move(name), call_begin);
    node->call = std::static_pointer_cast<const FunctionCall>(call);
  } else {
    Fail("a call of a table function in TABLE(..)");
  }
  Close();
  Adopt(node.get(), node->call);
  node->system_time = ParseSystemTime();
  Adopt(node.get(), node->system_time);
  return FinishTable(std::move(node), begin);
}

TableRefPtr Grammar::ParseUnnest(bool lateral) {
  uint32_t begin = Begin();
  auto node = std::make_shared<UnnestTable>();
  Take();
  Open("(");
  node->lateral = lateral;
  node->values = ParseExprList(")");
  Close();
  node->with_ordinality = AcceptWords({"WITH", "ORDINALITY"});
  AdoptAll(node.get(), node->values);
  return FinishTable(std::move(node), begin);
}

ExprPtr Grammar::ParseSystemTime() {
  if (!AtWords({"FOR", "SYSTEM_TIME"})) return nullptr;
  Take();
  Take();
  ExpectWords({"AS", "OF"});
  return ParseOperators(kBoundPrecedence);
}

std::optional<TableAlias> Grammar::ParseTableAlias() {
  TableAlias alias;
  if (Accept("AS")) {
    alias.name = ParseNewName("a name after AS");
  } else if (AtIdentifier() &&
             !RepairInsteadOfAlias({"WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY", "ORDER",
                                    "LIMIT", "OFFSET", "UNION", "INTERSECT", "EXCEPT", "JOIN",
                                    "LEFT", "RIGHT", "INNER", "CROSS", "ON", "USING"})) {
    // At() notes what a misspelt clause may have meant; see BlameAlias.
    AtAny({"WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY", "ORDER", "LIMIT", "UNION", "JOIN"});
    alias.name = ParseIdentifier("a name");
    MarkAlias();
  } else {
    return std::nullopt;
  }
  if (AtSymbol("(")) alias.columns = ParseNameList("a column name");
  return alias;
}

/// Clauses that the grammar of others has here.
void Grammar::RefuseTableSuffix() {
  if (failed()) return;
  if (Peek().kind == TokenKind::kHintStart) {
    FailWith("MR0117", "a hint stands right after the table's name, before FOR SYSTEM_TIME and AS",
             Peek().span);
  } else if (AtWords({"FOR", "SYSTEM_TIME"})) {
    FailWith("MR0116", "FOR SYSTEM_TIME AS OF stands before the alias of the table",
             Peek().span.Cover(Peek(1).span));
  } else if (AtAny({"TABLESAMPLE", "PIVOT", "UNPIVOT"})) {
    FailWith("MR0119", "`" + Peek().value + "` is not supported", Peek().span);
  }
}

}  // namespace millrace::sql
