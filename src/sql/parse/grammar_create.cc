// SPDX-License-Identifier: Apache-2.0
// CREATE of everything; columns and the clauses that CREATE shares with ALTER are in
// grammar_columns.cc.
#include "sql/keywords.h"
#include "sql/parse/grammar.h"

namespace millrace::sql {

/// IF is no reserved word, but a name is not followed by NOT or another word.
bool Grammar::IfNotExists() {
  if (!At("IF") || !WordAt(1, "NOT")) return false;
  ExpectWords({"IF", "NOT", "EXISTS"});
  return true;
}

bool Grammar::IfExists() {
  if (!At("IF") || Peek(1).kind != TokenKind::kWord || Peek(2).kind == TokenKind::kEnd ||
      SymbolAt(2, ";")) {
    return false;
  }
  static constexpr std::string_view kExists[] = {"EXISTS"};
  if (!WordAt(1, "EXISTS") && NearestKeyword(Peek(1).value, kExists).empty()) return false;
  ExpectWords({"IF", "EXISTS"});
  return true;
}

StatementPtr Grammar::ParseCreate() {
  CreateMode mode = CreateMode::kCreate;
  Span mode_span = Peek().span;
  if (Take().value == "REPLACE") {
    mode = CreateMode::kReplace;
  } else if (At("OR")) {
    mode_span = Take().span.Cover(Peek().span);
    if (Accept("ALTER")) {
      mode = CreateMode::kCreateOrAlter;
    } else {
      Expect("REPLACE");
      mode = CreateMode::kCreateOrReplace;
    }
  }
  Span temporary_span = Peek().span;
  if (At("TEMP") && Peek(1).kind == TokenKind::kWord) RepairTo("TEMPORARY");
  bool temporary = Accept("TEMPORARY");
  bool system = Accept("SYSTEM");
  if (!AtAny({"TABLE", "VIEW", "FUNCTION", "MODEL", "MATERIALIZED", "CATALOG", "DATABASE",
              "CONNECTION"})) {
    bool repaired = Repair({"TABLE", "VIEW", "FUNCTION", "MODEL", "MATERIALIZED", "CATALOG",
                            "DATABASE", "CONNECTION", "TEMPORARY"});
    if (repaired && Accept("TEMPORARY")) temporary = true;
  }
  if (mode == CreateMode::kReplace && !At("TABLE")) {
    Fail("`TABLE` after REPLACE");
    return nullptr;
  }
  bool alters = At("MATERIALIZED");
  if (mode == CreateMode::kCreateOrAlter && !alters) {
    FailWith("MR0119", "only materialized tables have CREATE OR ALTER", mode_span);
  }
  if (system && !At("FUNCTION") && !At("CONNECTION")) {
    Fail("`FUNCTION` after SYSTEM");
  }
  if (At("TABLE")) return ParseCreateTable(mode, temporary);
  if (At("VIEW")) return ParseCreateView(mode, temporary);
  if (At("FUNCTION")) return ParseCreateFunction(mode, temporary, system);
  if (At("MODEL")) return ParseCreateModel(mode, temporary);
  if (At("CONNECTION")) return ParseCreateConnection(temporary, system);
  if (AtWords({"MATERIALIZED", "TABLE"})) {
    if (temporary) {
      FailWith("MR0119", "a materialized table cannot be temporary", temporary_span);
    }
    if (mode == CreateMode::kCreateOrReplace) {
      FailWith("MR0119", "a materialized table cannot be replaced: write CREATE OR ALTER",
               mode_span);
    }
    return ParseCreateMaterializedTable(mode);
  }
  if (At("CATALOG")) return ParseCreateCatalog();
  if (At("DATABASE") || At("SCHEMA")) return ParseCreateDatabase();
  if (AtAny({"INDEX", "STREAM", "SOURCE", "SINK", "TYPE", "ROLE", "USER", "SEQUENCE", "TRIGGER"})) {
    FailWith("MR0119", "`CREATE " + Peek().value + "` is not a statement of the dialect",
             Peek().span);
    if (AtAny({"STREAM", "SOURCE", "SINK"})) last().next_step = "Write CREATE TABLE .. WITH (..).";
    return nullptr;
  }
  Fail("TABLE, VIEW, FUNCTION, MODEL, MATERIALIZED TABLE, CATALOG or DATABASE after CREATE");
  return nullptr;
}

StatementPtr Grammar::ParseCreateTable(CreateMode mode, bool temporary) {
  auto table = std::make_shared<CreateTable>();
  Take();
  table->mode = mode;
  table->temporary = temporary;
  table->if_not_exists = IfNotExists();
  table->name = ParseName("the name of the table");
  if (AtSymbol("(")) table->elements = ParseTableElements(ColumnContext::kCreate);
  ParseTableClauses(table.get());
  if (!failed()) CheckUntypedColumns(*table);
  return table;
}

/// Columns without types name and order those of a query; they do not mix with columns of a type.
void Grammar::CheckUntypedColumns(const CreateTable& table) {
  using Kind = ColumnDefinition::Kind;
  size_t untyped = 0;
  for (const ColumnDefinition& column : table.elements.columns) {
    untyped += column.kind == Kind::kNameOnly ? 1 : 0;
  }
  bool all = untyped == table.elements.columns.size() && table.elements.watermarks.empty() &&
             table.elements.constraints.empty();
  if (untyped == 0 || (table.as_query != nullptr && all)) return;
  for (const ColumnDefinition& column : table.elements.columns) {
    if (column.kind != Kind::kNameOnly) continue;
    Report("MR0101", "found a column without a type, expected a type after its name", column.span);
  }
}

/// The clauses have one order; one that comes too late is named.
void Grammar::ParseTableClauses(CreateTable* table) {
  if (!failed()) {
    Repair({"COMMENT", "DISTRIBUTED", "PARTITIONED", "WITH", "LIKE", "AS"});
  }
  table->comment = AcceptComment();
  if (At("DISTRIBUTED")) table->distribution = ParseDistribution("DISTRIBUTED");
  if (Accept("PARTITIONED")) {
    Expect("BY");
    table->partitioned_by = ParseNameList("the name of a partition column");
  }
  if (!failed()) Repair({"WITH", "LIKE", "AS"});
  uint32_t options_begin = Begin();
  if (Accept("WITH")) {
    table->options = ParseOptions();
    table->options_span = From(options_begin);
  }
  if (!failed() && At("USING")) {
    FailWith("MR0111", "found `USING`, expected WITH ('connector' = '..')", Peek().span);
  }
  if (At("LIKE")) {
    table->like = ParseLikeClause();
  } else if (Accept("AS")) {
    table->as_query = ParseQueryTree();
  }
  if (failed()) return;
  if (AtAny({"COMMENT", "DISTRIBUTED", "PARTITIONED", "LIKE"}) ||
      (At("WITH") && SymbolAt(1, "("))) {
    FailWith("MR0116",
             "found `" + Peek().value +
                 "` too late, expected the order COMMENT, DISTRIBUTED, PARTITIONED BY, WITH, LIKE "
                 "or AS",
             Peek().span);
  } else if (AtAny({"AS"}) && table->like) {
    FailWith("MR0116", "a table has LIKE or AS, not both", Peek().span);
  }
}

StatementPtr Grammar::ParseCreateView(CreateMode mode, bool temporary) {
  auto view = std::make_shared<CreateView>();
  Take();
  view->mode = mode;
  view->temporary = temporary;
  view->if_not_exists = IfNotExists();
  view->name = ParseName("the name of the view");
  if (AtSymbol("(")) {
    for (Identifier& name : ParseNameList("a column name")) {
      view->columns.push_back({std::move(name), std::nullopt});
    }
  }
  view->comment = AcceptComment();
  Expect("AS");
  view->query = ParseQueryTree();
  return view;
}

StatementPtr Grammar::ParseCreateModel(CreateMode mode, bool temporary) {
  auto model = std::make_shared<CreateModel>();
  Take();
  model->mode = mode;
  model->temporary = temporary;
  model->if_not_exists = IfNotExists();
  model->name = ParseName("the name of the model");
  if (AtSymbol("(")) {
    FailWith("MR0101", "found `(`, expected INPUT (..) and OUTPUT (..)", Peek().span);
    last().next_step = "Write CREATE MODEL m INPUT (x DOUBLE) OUTPUT (y DOUBLE) WITH (..).";
  }
  if (!failed()) Repair({"INPUT", "OUTPUT", "COMMENT", "WITH", "AS"});
  uint32_t begin = Begin();
  if (Accept("INPUT")) {
    model->has_input = true;
    model->input = ParseTableElements(ColumnContext::kModel).columns;
    model->input_span = From(begin);
  }
  if (!failed()) Repair({"OUTPUT", "COMMENT", "WITH", "AS"});
  begin = Begin();
  if (Accept("OUTPUT")) {
    model->has_output = true;
    model->output = ParseTableElements(ColumnContext::kModel).columns;
    model->output_span = From(begin);
  }
  if (At("INPUT")) {
    FailWith("MR0116", "found INPUT after OUTPUT, expected INPUT first", Peek().span);
  }
  model->comment = AcceptComment();
  if (!failed()) Repair({"WITH", "AS"});
  begin = Begin();
  if (Accept("WITH")) {
    model->options = ParseOptions();
    model->options_span = From(begin);
  }
  if (At("COMMENT")) {
    FailWith("MR0116", "found COMMENT after WITH, expected COMMENT first", Peek().span);
  }
  if (Accept("AS")) model->query = ParseQueryTree();
  return model;
}

StatementPtr Grammar::ParseCreateMaterializedTable(CreateMode mode) {
  auto table = std::make_shared<CreateMaterializedTable>();
  Take();
  Take();
  table->mode = mode;
  if (AtWords({"IF", "NOT", "EXISTS"})) {
    FailWith("MR0119", "a materialized table takes no IF NOT EXISTS: write CREATE OR ALTER",
             Peek().span.Cover(Peek(2).span));
  }
  table->name = ParseName("the name of the table");
  if (AtSymbol("(")) table->elements = ParseTableElements(ColumnContext::kCreate);
  table->comment = AcceptComment();
  if (At("DISTRIBUTED")) table->distribution = ParseDistribution("DISTRIBUTED");
  if (Accept("PARTITIONED")) {
    Expect("BY");
    table->partitioned_by = ParseNameList("the name of a partition column");
  }
  uint32_t begin = Begin();
  if (Accept("WITH")) {
    table->options = ParseOptions();
    table->options_span = From(begin);
  }
  ParseRefresh(table.get());
  if (AtAny({"START_MODE", "FRESHNESS"})) {
    FailWith("MR0116",
             "found `" + Peek().value +
                 "` too late, expected the order START_MODE, FRESHNESS, REFRESH_MODE",
             Peek().span);
  }
  Expect("AS");
  table->query = ParseQueryTree();
  return table;
}

void Grammar::ParseRefresh(CreateMaterializedTable* table) {
  if (!failed()) Repair({"START_MODE", "FRESHNESS", "REFRESH_MODE", "AS"});
  if (Accept("START_MODE")) {
    ExpectSymbol("=", "START_MODE");
    StartMode mode;
    Repair({"FROM_BEGINNING", "FROM_NOW", "FROM_TIMESTAMP", "RESUME_OR_FROM_BEGINNING",
            "RESUME_OR_FROM_NOW", "RESUME_OR_FROM_TIMESTAMP"});
    const Token& word = Peek();
    mode.kind = {word.value, false, word.span};
    bool timestamp = word.value == "FROM_TIMESTAMP" || word.value == "RESUME_OR_FROM_TIMESTAMP";
    bool now = word.value == "FROM_NOW" || word.value == "RESUME_OR_FROM_NOW";
    bool beginning = word.value == "FROM_BEGINNING" || word.value == "RESUME_OR_FROM_BEGINNING";
    if (!timestamp && !now && !beginning) {
      Fail("FROM_BEGINNING, FROM_NOW, FROM_TIMESTAMP(..) or one with RESUME_OR_ before it");
    }
    Take();
    if (timestamp || (now && AtSymbol("("))) {
      ExpectOpen("the start mode");
      mode.argument = ParseExpr();
      Close();
    }
    table->start_mode = std::move(mode);
  }
  if (Accept("FRESHNESS")) {
    ExpectSymbol("=", "FRESHNESS");
    table->freshness = ParseFreshness();
  }
  if (Accept("REFRESH_MODE")) {
    ExpectSymbol("=", "REFRESH_MODE");
    table->refresh_mode = ParseRefreshMode();
  }
}

ExprPtr Grammar::ParseFreshness() {
  uint32_t begin = Begin();
  if (!At("INTERVAL")) {
    Fail("an interval, e.g. INTERVAL '3' MINUTE");
    return nullptr;
  }
  ExprPtr interval = ParseInterval();
  const auto* literal = As<IntervalLiteral>(interval);
  if (!failed() && literal != nullptr && literal->value != nullptr) {
    Report("MR0112", "found an interval expression, expected a literal such as INTERVAL '3' MINUTE",
           From(begin));
  }
  return interval;
}

RefreshMode Grammar::ParseRefreshMode() {
  if (Accept("FULL")) return RefreshMode::kFull;
  Expect("CONTINUOUS");
  return RefreshMode::kContinuous;
}

StatementPtr Grammar::ParseCreateCatalog() {
  auto catalog = std::make_shared<CreateCatalog>();
  Take();
  catalog->if_not_exists = IfNotExists();
  catalog->name = ParseIdentifier("the name of the catalog");
  catalog->comment = AcceptComment();
  if (Accept("WITH")) catalog->options = ParseOptions();
  return catalog;
}

StatementPtr Grammar::ParseCreateDatabase() {
  auto database = std::make_shared<CreateDatabase>();
  const Token& word = Peek();
  if (word.value == "SCHEMA") {
    Report("MR0111", "found `SCHEMA`, expected `DATABASE`", word.span).try_text = "DATABASE";
  }
  Take();
  database->if_not_exists = IfNotExists();
  database->name = ParseName("the name of the database");
  database->comment = AcceptComment();
  if (Accept("WITH")) database->options = ParseOptions();
  return database;
}

StatementPtr Grammar::ParseCreateConnection(bool temporary, bool system) {
  auto connection = std::make_shared<CreateConnection>();
  Take();
  connection->temporary = temporary;
  connection->system = system;
  connection->if_not_exists = IfNotExists();
  connection->name = ParseName("the name of the connection");
  if (system && !temporary && !failed()) {
    Report("MR0119", "a system connection must be temporary: CREATE TEMPORARY SYSTEM CONNECTION",
           connection->name.span);
  }
  connection->comment = AcceptComment();
  Expect("WITH");
  connection->options = ParseOptions();
  return connection;
}

}  // namespace millrace::sql
