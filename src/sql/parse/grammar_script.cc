// SPDX-License-Identifier: Apache-2.0
// Scripts and statements: which statement starts here, where it ends, and recovery at `;`. The
// entry points of parser.h are in parser.cc.
#include "sql/keywords.h"
#include "sql/parse/grammar.h"

namespace millrace::sql {

std::vector<StatementPtr> Grammar::ParseScript() {
  std::vector<StatementPtr> statements;
  while (true) {
    while (AcceptSymbol(";")) {
    }
    if (AtEnd()) break;
    if (StatementPtr statement = ParseStatement()) statements.push_back(std::move(statement));
  }
  return statements;
}

StatementPtr Grammar::ParseSingleStatement() {
  if (AtEnd()) {
    Fail("a statement");
    return nullptr;
  }
  StatementPtr statement = ParseStatement();
  while (AcceptSymbol(";")) {
  }
  if (!AtEnd()) {
    FailWith("MR0101", "found a second statement, expected one only", Peek().span);
    return nullptr;
  }
  return statement;
}

ExprPtr Grammar::ParseSingleExpression() {
  size_t before = errors();
  ExprPtr expr = ParseExpr();
  if (!AtEnd()) Fail("an operator or the end of the expression");
  return errors() == before ? expr : nullptr;
}

QueryPtr Grammar::ParseSingleQuery() {
  size_t before = errors();
  QueryPtr query = ParseQueryTree();
  AcceptSymbol(";");
  if (!AtEnd()) Fail("the end of the query");
  return errors() == before ? query : nullptr;
}

TypeNamePtr Grammar::ParseSingleType() {
  size_t before = errors();
  TypeNamePtr type = ParseType(true);
  if (!AtEnd()) Fail("the end of the type");
  return errors() == before ? type : nullptr;
}

/// One statement up to its `;`; nullptr if anything was wrong with it.
StatementPtr Grammar::ParseStatement() {
  StartStatement();
  selects_from_ = false;
  size_t before = errors();
  uint32_t begin = Begin();
  StatementPtr statement = ParseStatementBody();
  Span span = From(begin);
  EndStatement();
  extents_.push_back({begin, Begin()});
  if (errors() != before || statement == nullptr) return nullptr;
  const_cast<Statement&>(*statement).span = span;  // still ours alone
  return statement;
}

StatementPtr Grammar::ParseStatementBody() {
  using Rule = StatementPtr (Grammar::*)();
  struct Entry {
    std::string_view keyword;
    Rule rule;
  };
  static constexpr Entry kEntries[] = {
      {"CREATE", &Grammar::ParseCreate},      {"REPLACE", &Grammar::ParseCreate},
      {"ALTER", &Grammar::ParseAlter},        {"DROP", &Grammar::ParseDrop},
      {"BEGIN", &Grammar::ParseBegin},        {"DELETE", &Grammar::ParseDelete},
      {"UPDATE", &Grammar::ParseUpdate},      {"SET", &Grammar::ParseSet},
      {"RESET", &Grammar::ParseReset},        {"USE", &Grammar::ParseUse},
      {"SHOW", &Grammar::ParseShow},          {"DESCRIBE", &Grammar::ParseDescribe},
      {"DESC", &Grammar::ParseDescribe},      {"EXPLAIN", &Grammar::ParseExplain},
      {"COMPILE", &Grammar::ParseCompile},    {"EXECUTE", &Grammar::ParseExecute},
      {"LOAD", &Grammar::ParseLoad},          {"UNLOAD", &Grammar::ParseUnload},
      {"CALL", &Grammar::ParseCallProcedure}, {"ANALYZE", &Grammar::ParseAnalyze},
      {"STOP", &Grammar::ParseStopJob},       {"TRUNCATE", &Grammar::ParseTruncate},
  };
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (AtSymbol("(") || AtQueryStart()) {
      auto node = std::make_shared<QueryStatement>();
      node->query = ParseQueryTree();
      return node;
    }
    if (At("INSERT")) return ParseInsert(false);
    if (At("END")) {
      Take();
      return std::make_shared<EndStatementSet>();
    }
    if (AtWords({"ADD", "JAR"})) return ParseJar(false);
    if (AtWords({"REMOVE", "JAR"})) return ParseJar(true);
    for (const Entry& entry : kEntries) {
      if (At(entry.keyword)) return (this->*entry.rule)();
    }
    if (!Repair({"SELECT", "INSERT", "CREATE", "ALTER", "DROP", "WITH", "VALUES", "SHOW", "EXPLAIN",
                 "EXECUTE", "DESCRIBE", "DELETE", "UPDATE", "TRUNCATE", "BEGIN"})) {
      break;
    }
  }
  UnknownStatement();
  return nullptr;
}

void Grammar::UnknownStatement() {
  static constexpr std::string_view kForeign[] = {
      "MERGE", "GRANT",  "REVOKE",    "COMMIT",  "ROLLBACK", "UPSERT",
      "COPY",  "VACUUM", "REFRESH",   "DECLARE", "PREPARE",  "START",
      "LIST",  "PAUSE",  "TERMINATE", "PRINT",   "EMIT",     "IMPORT"};
  for (std::string_view word : kForeign) {
    if (!WordAt(0, word)) continue;
    FailWith("MR0119", "`" + std::string(word) + "` is not a statement of the dialect",
             Peek().span);
    if (word == "UPSERT") {
      last().next_step = "INSERT INTO a table with a PRIMARY KEY updates its rows.";
    }
    return;
  }
  if (At("FROM")) {
    return FailWith("MR0101", "found `FROM`, expected SELECT and columns first", Peek().span);
  }
  Fail("a statement such as SELECT, INSERT or CREATE TABLE");
}

/// Checks what follows a statement. A statement that starts without a `;` before it is parsed,
/// after the report, as if the `;` were there.
void Grammar::EndStatement() {
  if (failed()) return Recover();
  if (AtEnd() && Peek().after_error) NoteLexerError();
  if (AtEnd() || AtSymbol(";")) return;
  static constexpr std::string_view kStarts[] = {
      "SELECT", "INSERT", "CREATE",  "ALTER",   "DROP",     "SET",   "RESET", "USE",    "SHOW",
      "WITH",   "VALUES", "EXPLAIN", "EXECUTE", "DESCRIBE", "BEGIN", "END",   "COMPILE"};
  for (std::string_view word : kStarts) {
    if (!WordAt(0, word)) continue;
    ReportMissingSemicolon();
    return;
  }
  if (AtSymbol(")")) {
    FailWith("MR0108", "found `)` without `(` before it", Peek().span);
    return Recover();
  }
  if (AtSymbol("->")) {
    FailWith("MR0111", "found `->`, expected an operator: JSON is read by functions", Peek().span);
    last().next_step = "Write JSON_VALUE(text, '$.name'), or JSON_QUERY for an object or array.";
    return Recover();
  }
  Fail(!selects_from_ && Tried("FROM") ? "`,` or `FROM`"
       : Tried("GROUP")                ? "an operator, a clause such as WHERE or GROUP BY, or `;`"
                                       : "`;` or the end of the statement");
  Recover();
}

void Grammar::ReportMissingSemicolon() {
  Span span = Peek().span;
  Diagnostic& diagnostic = Report(
      "MR0110", "found `" + TextOf(span) + "`, expected `;` before the next statement", span);
  diagnostic.try_text = "; " + TextOf(span);
}

}  // namespace millrace::sql
