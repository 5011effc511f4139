// SPDX-License-Identifier: Apache-2.0
// SHOW and DESCRIBE.
#include "sql/parse/grammar.h"

namespace millrace::sql {
namespace {

struct Plural {
  std::string_view word;
  ObjectKind object;
  bool source;  // {FROM | IN} name may follow
  bool filter;  // [NOT] LIKE may follow
};
constexpr Plural kPlurals[] = {
    {"TABLES", ObjectKind::kTable, true, true},
    {"VIEWS", ObjectKind::kView, true, true},
    {"FUNCTIONS", ObjectKind::kFunction, true, true},
    {"MODELS", ObjectKind::kModel, true, true},
    {"CATALOGS", ObjectKind::kCatalog, false, true},
    {"DATABASES", ObjectKind::kDatabase, true, true},
    {"CONNECTIONS", ObjectKind::kConnection, true, true},
    {"COLUMNS", ObjectKind::kColumn, true, true},
    {"PROCEDURES", ObjectKind::kProcedure, true, true},
    {"MODULES", ObjectKind::kModule, false, false},
    {"JARS", ObjectKind::kJar, false, false},
    {"JOBS", ObjectKind::kJob, false, false},
};

}  // namespace

StatementPtr Grammar::ParseShow() {
  auto show = std::make_shared<Show>();
  Take();
  if (Accept("CREATE")) {
    show->form = Show::Form::kCreate;
    if (Accept("TABLE")) {
      show->object = ObjectKind::kTable;
    } else if (Accept("VIEW")) {
      show->object = ObjectKind::kView;
    } else if (Accept("MODEL")) {
      show->object = ObjectKind::kModel;
    } else if (Accept("CATALOG")) {
      show->object = ObjectKind::kCatalog;
    } else if (Accept("CONNECTION")) {
      show->object = ObjectKind::kConnection;
    } else if (AcceptWords({"MATERIALIZED", "TABLE"})) {
      show->object = ObjectKind::kMaterializedTable;
    } else {
      Fail("TABLE, VIEW, MODEL, MATERIALIZED TABLE, CATALOG or CONNECTION");
    }
    show->name = ParseName("a name");
    return show;
  }
  if (Accept("CURRENT")) {
    show->form = Show::Form::kCurrent;
    show->object = At("DATABASE") ? ObjectKind::kDatabase : ObjectKind::kCatalog;
    if (!Accept("DATABASE")) Expect("CATALOG");
    return show;
  }
  if (!ParseShowObject(show.get())) {
    Fail("what to show: TABLES, VIEWS, FUNCTIONS, MODELS, COLUMNS, CATALOGS, DATABASES, JOBS, ..");
  }
  return show;
}

bool Grammar::ParseShowObject(Show* show) {
  if (At("USER") && WordAt(1, "FUNCTIONS")) {
    Take();
    show->user = true;
  } else if (At("FULL") && WordAt(1, "MODULES")) {
    Take();
    show->full = true;
  }
  if (AcceptWords({"MATERIALIZED", "TABLES"})) {
    show->object = ObjectKind::kMaterializedTable;
    ParseShowFilter(show);
    return true;
  }
  if (Accept("PARTITIONS")) {
    show->object = ObjectKind::kPartition;
    show->name = ParseName("the name of a table");
    if (At("PARTITION")) show->partition = ParsePartition(true);
    return true;
  }
  Repair({"TABLES", "FUNCTIONS", "MODELS", "COLUMNS", "CATALOGS", "DATABASES", "CREATE", "JOBS"});
  for (const Plural& plural : kPlurals) {
    if (!Accept(plural.word)) continue;
    show->object = plural.object;
    if (plural.object == ObjectKind::kColumn && !At("FROM") && !At("IN")) {
      Fail("`FROM` and the name of a table");
    }
    if (!plural.source && AtAny({"FROM", "IN"})) return true;
    if (plural.filter) ParseShowFilter(show);
    return true;
  }
  return false;
}

void Grammar::ParseShowFilter(Show* show) {
  if (AtAny({"FROM", "IN"})) {
    show->in_keyword = Take().value == "IN";
    show->from = ParseName("a name");
  }
  show->negated = Accept("NOT");
  if (AtAny({"LIKE", "ILIKE"})) {
    show->ilike = Take().value == "ILIKE";
    show->pattern = ExpectString("a pattern");
  } else if (show->negated) {
    Fail("`LIKE` or `ILIKE`");
  }
}

StatementPtr Grammar::ParseDescribe() {
  auto node = std::make_shared<Describe>();
  Take();
  struct Entry {
    std::string_view word;
    ObjectKind object;
  };
  static constexpr Entry kEntries[] = {
      {"CATALOG", ObjectKind::kCatalog},   {"DATABASE", ObjectKind::kDatabase},
      {"FUNCTION", ObjectKind::kFunction}, {"MODEL", ObjectKind::kModel},
      {"TABLE", ObjectKind::kTable},       {"CONNECTION", ObjectKind::kConnection},
      {"JOB", ObjectKind::kJob},
  };
  // CATALOG, MODEL and others are plain names when nothing follows: DESCRIBE model.
  bool alone = Peek(1).kind == TokenKind::kEnd || Peek(1).kind == TokenKind::kSymbol;
  for (const Entry& entry : kEntries) {
    if (alone || !Accept(entry.word)) continue;
    node->object = entry.object;
    break;
  }
  node->extended = Accept("EXTENDED");
  if (node->object == ObjectKind::kJob) {
    node->job = ExpectString("the id of a job");
  } else {
    node->name = ParseName("the name of a table");
  }
  return node;
}

}  // namespace millrace::sql
