// SPDX-License-Identifier: Apache-2.0
// SET, RESET, USE, EXPLAIN, plans, modules, jars, procedures, jobs.
#include "sql/parse/grammar.h"

namespace millrace::sql {

StatementPtr Grammar::ParseSet() {
  auto node = std::make_shared<Set>();
  Take();
  if (AtEnd() || AtSymbol(";")) return node;
  Option option;
  option.key = ExpectString("the key");
  if (At("TO")) {
    Report("MR0105", "found `TO`, expected `=`", Peek().span).try_text = "=";
    Take();
  } else {
    ExpectSymbol("=", "the key");
  }
  option.value = ExpectString("the value");
  node->option = std::move(option);
  return node;
}

StatementPtr Grammar::ParseReset() {
  auto node = std::make_shared<Reset>();
  Take();
  if (!AtEnd() && !AtSymbol(";")) node->key = ExpectString("the key");
  return node;
}

StatementPtr Grammar::ParseUse() {
  Take();
  if (Accept("MODULES")) {
    auto node = std::make_shared<UseModules>();
    do {
      if (failed()) break;
      node->modules.push_back(ParseIdentifier("the name of a module"));
    } while (AcceptSymbol(","));
    return node;
  }
  auto node = std::make_shared<Use>();
  node->catalog = At("CATALOG") && Peek(1).kind != TokenKind::kSymbol;
  if (node->catalog) Take();
  if (!node->catalog && At("DATABASE") && Peek(1).kind == TokenKind::kWord) {
    Span span = Peek().span.Cover(Peek(1).span);
    Report("MR0101", "found `DATABASE`, expected the name of the database", span).try_text =
        TextOf(Peek(1).span);
    Take();
  }
  node->name = ParseName(node->catalog ? "the name of a catalog" : "the name of a database");
  return node;
}

/// A statement that EXPLAIN, COMPILE PLAN and the like can take.
StatementPtr Grammar::ParsePlanned(bool allow_query) {
  uint32_t begin = Begin();
  StatementPtr statement;
  if (At("INSERT")) {
    statement = ParseInsert(false);
  } else if (allow_query && At("EXECUTE") && !AtWords({"EXECUTE", "STATEMENT"})) {
    statement = ParseExecute();
    if (!failed() && As<ExecutePlan>(statement) != nullptr) {
      Report("MR0119", "EXECUTE PLAN cannot be explained", From(begin));
    }
  } else if (AtWords({"STATEMENT", "SET"})) {
    statement = ParseStatementSet(StatementSet::Form::kBare);
  } else if (AtWords({"EXECUTE", "STATEMENT"})) {
    Span span = Take().span;
    Report("MR0101", "found `EXECUTE`, expected `STATEMENT SET` right here", span);
    statement = ParseStatementSet(StatementSet::Form::kBare);
  } else if (allow_query && (At("CREATE") || At("REPLACE"))) {
    statement = ParseCreate();
    const auto* table = As<CreateTable>(statement);
    if (!failed() && (table == nullptr || table->as_query == nullptr)) {
      Report("MR0119", "only a CREATE TABLE .. AS query can be explained", From(begin));
    }
  } else if (allow_query && (AtQueryStart() || AtSymbol("("))) {
    auto node = std::make_shared<QueryStatement>();
    node->query = ParseQueryTree();
    statement = std::move(node);
  } else {
    Fail(allow_query ? "a query, INSERT or STATEMENT SET" : "INSERT or STATEMENT SET");
    return nullptr;
  }
  if (statement != nullptr) const_cast<Statement&>(*statement).span = From(begin);
  return statement;
}

StatementPtr Grammar::ParseExplain() {
  auto node = std::make_shared<Explain>();
  Take();
  if (AcceptWords({"PLAN", "FOR"})) {
    node->plan_for = true;
  } else if (!AtQueryStart() && !At("INSERT") && !At("STATEMENT") && !At("CREATE") &&
             !At("EXECUTE")) {
    Repair({"ESTIMATED_COST", "CHANGELOG_MODE", "PLAN_ADVICE", "JSON_EXECUTION_PLAN", "SELECT",
            "INSERT"});
    while (!failed()) {
      if (Accept("ESTIMATED_COST")) {
        node->details.push_back(ExplainDetail::kEstimatedCost);
      } else if (Accept("CHANGELOG_MODE")) {
        node->details.push_back(ExplainDetail::kChangelogMode);
      } else if (Accept("PLAN_ADVICE")) {
        node->details.push_back(ExplainDetail::kPlanAdvice);
      } else if (Accept("JSON_EXECUTION_PLAN")) {
        node->details.push_back(ExplainDetail::kJsonExecutionPlan);
      } else {
        if (!node->details.empty()) {
          Fail("ESTIMATED_COST, CHANGELOG_MODE, PLAN_ADVICE or JSON_EXECUTION_PLAN");
        }
        break;
      }
      if (!AcceptSymbol(",")) break;
    }
  }
  node->statement = ParsePlanned(true);
  return node;
}

StatementPtr Grammar::ParseCompile() {
  auto node = std::make_shared<CompilePlan>();
  Take();
  if (Accept("AND")) {
    Expect("EXECUTE");
    node->execute = true;
  }
  Expect("PLAN");
  node->file = ExpectString("a file name");
  node->if_not_exists = !node->execute && IfNotExists();
  Expect("FOR");
  node->statement = ParsePlanned(false);
  return node;
}

StatementPtr Grammar::ParseExecute() {
  Take();
  if (Accept("PLAN")) {
    auto node = std::make_shared<ExecutePlan>();
    node->file = ExpectString("a file name");
    return node;
  }
  if (!At("STATEMENT") && !At("INSERT") && !AtQueryStart()) Repair({"STATEMENT", "INSERT"});
  if (At("STATEMENT")) return ParseStatementSet(StatementSet::Form::kExecute);
  if (At("INSERT")) return ParseInsert(true);
  if (AtQueryStart() || AtSymbol("(")) {
    auto node = std::make_shared<QueryStatement>();
    node->query = ParseQueryTree();
    node->execute_keyword = true;
    return node;
  }
  Fail("STATEMENT SET, INSERT, a query or PLAN after EXECUTE");
  return nullptr;
}

StatementPtr Grammar::ParseLoad() {
  auto node = std::make_shared<LoadModule>();
  Take();
  Expect("MODULE");
  node->name = ParseIdentifier("the name of a module");
  if (Accept("WITH")) node->options = ParseOptions();
  return node;
}

StatementPtr Grammar::ParseUnload() {
  auto node = std::make_shared<UnloadModule>();
  Take();
  Expect("MODULE");
  node->name = ParseIdentifier("the name of a module");
  return node;
}

StatementPtr Grammar::ParseJar(bool remove) {
  auto node = std::make_shared<Jar>();
  Take();
  Take();
  node->remove = remove;
  node->path = ExpectString("the path of a jar");
  return node;
}

StatementPtr Grammar::ParseCallProcedure() {
  auto node = std::make_shared<Call>();
  Take();
  uint32_t begin = Begin();
  QualifiedName name = ParseName("the name of a procedure");
  if (AtSymbol("(")) {
    node->call = ParseCall(std::move(name), begin);
  } else {
    Fail("`(` and the arguments of the procedure");
  }
  return node;
}

StatementPtr Grammar::ParseAnalyze() {
  auto node = std::make_shared<AnalyzeTable>();
  Take();
  Expect("TABLE");
  node->table = ParseName("the name of a table");
  if (At("PARTITION")) node->partition = ParsePartition(false);
  ExpectWords({"COMPUTE", "STATISTICS"});
  if (!Accept("FOR")) return node;
  if (Accept("ALL")) {
    Expect("COLUMNS");
    node->all_columns = true;
    return node;
  }
  Expect("COLUMNS");
  do {
    if (failed()) break;
    node->columns.push_back(ParseIdentifier("the name of a column"));
  } while (AcceptSymbol(","));
  return node;
}

StatementPtr Grammar::ParseStopJob() {
  auto node = std::make_shared<StopJob>();
  Take();
  Expect("JOB");
  node->job = ExpectString("the id of a job");
  node->with_savepoint = AcceptWords({"WITH", "SAVEPOINT"});
  if (AtWords({"WITH", "DRAIN"}) && !node->with_savepoint) {
    FailWith("MR0116", "found `WITH DRAIN`, expected `WITH SAVEPOINT` before it",
             Peek().span.Cover(Peek(1).span));
  }
  node->with_drain = AcceptWords({"WITH", "DRAIN"});
  return node;
}

StatementPtr Grammar::ParseTruncate() {
  auto node = std::make_shared<TruncateTable>();
  Take();
  Expect("TABLE");
  node->table = ParseName("the name of a table");
  return node;
}

}  // namespace millrace::sql
