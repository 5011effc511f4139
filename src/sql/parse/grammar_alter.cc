// SPDX-License-Identifier: Apache-2.0
// ALTER and DROP.
#include "sql/parse/grammar.h"

namespace millrace::sql {

using ActionKind = AlterAction::Kind;

template <typename Node>
StatementPtr Grammar::ParseAlterObject(std::string_view what,
                                       void (Grammar::*action)(AlterAction*)) {
  auto node = std::make_shared<Node>();
  node->if_exists = IfExists();
  node->name = ParseName(what);
  uint32_t begin = Begin();
  if (!failed()) (this->*action)(&node->action);
  node->action.span = From(begin);
  return node;
}

StatementPtr Grammar::ParseAlter() {
  Take();
  bool temporary = At("TEMPORARY") && (WordAt(1, "FUNCTION") || WordAt(1, "SYSTEM"));
  if (temporary) Take();
  bool system = temporary && Accept("SYSTEM");
  if (!AtAny({"TABLE", "VIEW", "FUNCTION", "MODEL", "MATERIALIZED", "CATALOG", "DATABASE"})) {
    Repair({"TABLE", "VIEW", "FUNCTION", "MODEL", "MATERIALIZED", "CATALOG", "DATABASE"});
  }
  if (Accept("TABLE")) {
    return ParseAlterObject<AlterTable>("the name of a table", &Grammar::ParseAlterTable);
  }
  if (Accept("VIEW")) {
    return ParseAlterObject<AlterView>("the name of a view", &Grammar::ParseAlterView);
  }
  if (Accept("FUNCTION")) {
    StatementPtr node =
        ParseAlterObject<AlterFunction>("the name of a function", &Grammar::ParseAlterFunction);
    auto& function = const_cast<AlterFunction&>(static_cast<const AlterFunction&>(*node));
    function.temporary = temporary;
    function.system = system;
    return node;
  }
  if (Accept("MODEL")) {
    return ParseAlterObject<AlterModel>("the name of a model", &Grammar::ParseAlterModel);
  }
  if (AcceptWords({"MATERIALIZED", "TABLE"})) {
    return ParseAlterObject<AlterMaterializedTable>("the name of a table",
                                                    &Grammar::ParseAlterMaterializedTable);
  }
  if (Accept("CATALOG")) {
    return ParseAlterObject<AlterCatalog>("the name of a catalog", &Grammar::ParseAlterCatalog);
  }
  if (Accept("DATABASE")) {
    return ParseAlterObject<AlterDatabase>("the name of a database", &Grammar::ParseAlterDatabase);
  }
  if (Accept("CONNECTION")) {
    return ParseAlterObject<AlterConnection>("the name of a connection", &Grammar::ParseAlterModel);
  }
  Fail("TABLE, VIEW, FUNCTION, MODEL, MATERIALIZED TABLE, CATALOG or DATABASE after ALTER");
  return nullptr;
}

void Grammar::ParseAlterOptions(AlterAction* action, bool set) {
  action->kind = set ? ActionKind::kSetOptions : ActionKind::kResetOptions;
  if (set) {
    action->options = ParseOptions();
  } else {
    action->keys = ParseOptionKeys();
  }
}

void Grammar::ParseAlterTable(AlterAction* action) {
  Repair({"RENAME", "SET", "RESET", "ADD", "MODIFY", "DROP"});
  if (Accept("RENAME")) return ParseAlterTableRename(action);
  if (Accept("SET")) return ParseAlterOptions(action, true);
  if (Accept("RESET")) return ParseAlterOptions(action, false);
  if (Accept("ADD")) return ParseAlterTableAdd(action);
  if (Accept("MODIFY")) return ParseAlterTableModify(action);
  if (Accept("DROP")) return ParseAlterTableDrop(action);
  Fail("RENAME, SET, RESET, ADD, MODIFY or DROP");
}

void Grammar::ParseAlterTableRename(AlterAction* action) {
  if (Accept("TO")) {
    action->kind = ActionKind::kRename;
    action->new_name = ParseName("the new name");
    return;
  }
  action->kind = ActionKind::kRenameColumn;
  action->column_paths.push_back(ParseName("`TO` or the name of a column"));
  Expect("TO");
  action->new_column = ParseIdentifier("the new name of the column");
}

/// A parenthesised list or one column, constraint or watermark.
void Grammar::ParseAlterSchema(AlterAction* action) {
  if (At("COLUMN") && !SymbolAt(1, ",")) {
    Span span = Take().span;
    Report("MR0101", "found `COLUMN`, expected the name of the column right here", span).try_text =
        " ";
  }
  action->parenthesised = AtSymbol("(");
  if (action->parenthesised) {
    action->schema = ParseTableElements(ColumnContext::kAlter);
    return;
  }
  uint32_t begin = Begin();
  action->schema.present = true;
  ParseTableElement(&action->schema, ColumnContext::kAlter);
  action->schema.span = From(begin);
}

void Grammar::ParseAlterTableAdd(AlterAction* action) {
  if (At("DISTRIBUTION")) {
    action->kind = ActionKind::kAddDistribution;
    action->distribution = ParseDistribution("DISTRIBUTION");
  } else if (AtWords({"IF", "NOT", "EXISTS"}) || (At("PARTITION") && SymbolAt(1, "("))) {
    ParsePartitions(action, true);
  } else {
    action->kind = ActionKind::kAddSchema;
    ParseAlterSchema(action);
  }
}

void Grammar::ParseAlterTableModify(AlterAction* action) {
  if (At("DISTRIBUTION")) {
    action->kind = ActionKind::kModifyDistribution;
    action->distribution = ParseDistribution("DISTRIBUTION");
  } else {
    action->kind = ActionKind::kModifySchema;
    ParseAlterSchema(action);
  }
}

void Grammar::ParseAlterTableDrop(AlterAction* action) {
  if (Accept("DISTRIBUTION")) {
    action->kind = ActionKind::kDropDistribution;
  } else if (AcceptWords({"PRIMARY", "KEY"})) {
    action->kind = ActionKind::kDropPrimaryKey;
  } else if (Accept("CONSTRAINT")) {
    action->kind = ActionKind::kDropConstraint;
    action->constraint = ParseIdentifier("the name of the constraint");
  } else if (Accept("WATERMARK")) {
    action->kind = ActionKind::kDropWatermark;
  } else if (AtWords({"IF", "EXISTS"}) || (At("PARTITION") && SymbolAt(1, "("))) {
    ParsePartitions(action, false);
  } else {
    action->kind = ActionKind::kDropColumns;
    if (At("COLUMN")) {
      Span span = Take().span;
      Report("MR0101", "found `COLUMN`, expected the name of the column right here", span)
          .try_text = " ";
    }
    action->parenthesised = Open("(");
    do {
      if (failed()) break;
      action->column_paths.push_back(ParseName("the name of a column"));
    } while (action->parenthesised && NextInList());
    if (action->parenthesised) Close();
  }
}

/// ADD [IF NOT EXISTS] PARTITION (..) [WITH (..)] PARTITION ..; DROP [IF EXISTS] PARTITION (..), ..
void Grammar::ParsePartitions(AlterAction* action, bool add) {
  action->kind = add ? ActionKind::kAddPartitions : ActionKind::kDropPartitions;
  action->if_exists = add ? IfNotExists() : IfExists();
  do {
    if (failed()) break;
    AlterAction::Partition partition;
    if (!At("PARTITION")) Fail("`PARTITION` and its values");
    partition.values = ParsePartition(true);
    if (add && Accept("WITH")) partition.options = ParseOptions();
    action->partitions.push_back(std::move(partition));
  } while (add ? At("PARTITION") : AcceptSymbol(","));
}

void Grammar::ParseAlterView(AlterAction* action) {
  if (Accept("RENAME")) {
    Expect("TO");
    action->kind = ActionKind::kRename;
    action->new_name = ParseName("the new name");
  } else if (Accept("AS")) {
    action->kind = ActionKind::kAsQuery;
    action->query = ParseQueryTree();
  } else {
    Fail("RENAME TO or AS");
  }
}

void Grammar::ParseAlterFunction(AlterAction* action) {
  Expect("AS");
  action->kind = ActionKind::kFunctionClass;
  action->text = ExpectString("the class of the function");
  action->language = ParseLanguage();
}

void Grammar::ParseAlterModel(AlterAction* action) {
  if (Accept("RENAME")) {
    Expect("TO");
    action->kind = ActionKind::kRename;
    action->new_name = ParseName("the new name");
  } else if (Accept("SET")) {
    ParseAlterOptions(action, true);
  } else if (Accept("RESET")) {
    ParseAlterOptions(action, false);
  } else {
    Fail("SET, RESET or RENAME TO");
  }
}

void Grammar::ParseAlterMaterializedTable(AlterAction* action) {
  if (Accept("SUSPEND")) {
    action->kind = ActionKind::kSuspend;
  } else if (Accept("RESUME")) {
    action->kind = ActionKind::kResume;
    if (Accept("WITH")) action->options = ParseOptions();
  } else if (Accept("REFRESH")) {
    action->kind = ActionKind::kRefresh;
    if (At("PARTITION")) action->partitions.push_back({ParsePartition(true), {}});
  } else if (Accept("AS")) {
    action->kind = ActionKind::kAsQuery;
    action->query = ParseQueryTree();
  } else if (Accept("RESET")) {
    ParseAlterOptions(action, false);
  } else if (Accept("ADD")) {
    ParseAlterTableAdd(action);
  } else if (Accept("MODIFY")) {
    ParseAlterTableModify(action);
  } else if (Accept("DROP")) {
    ParseAlterTableDrop(action);
  } else if (Accept("SET")) {
    if (Accept("FRESHNESS")) {
      ExpectSymbol("=", "FRESHNESS");
      action->kind = ActionKind::kSetFreshness;
      action->freshness = ParseFreshness();
    } else if (Accept("REFRESH_MODE")) {
      ExpectSymbol("=", "REFRESH_MODE");
      action->kind = ActionKind::kSetRefreshMode;
      action->refresh_mode = ParseRefreshMode();
    } else {
      ParseAlterOptions(action, true);
    }
  } else {
    Fail("SUSPEND, RESUME, REFRESH, AS, SET, RESET, ADD, MODIFY or DROP");
  }
}

void Grammar::ParseAlterCatalog(AlterAction* action) {
  if (Accept("SET")) return ParseAlterOptions(action, true);
  if (Accept("RESET")) return ParseAlterOptions(action, false);
  if (At("COMMENT")) {
    action->kind = ActionKind::kSetComment;
    action->text = AcceptComment();
    return;
  }
  Fail("SET, RESET or COMMENT");
}

void Grammar::ParseAlterDatabase(AlterAction* action) {
  Expect("SET");
  ParseAlterOptions(action, true);
}

StatementPtr Grammar::ParseDrop() {
  auto drop = std::make_shared<Drop>();
  Take();
  Span temporary_span = Peek().span;
  drop->temporary = Accept("TEMPORARY");
  drop->system = Accept("SYSTEM");
  Repair({"TABLE", "VIEW", "FUNCTION", "MODEL", "CATALOG", "DATABASE", "CONNECTION"});
  static constexpr std::pair<std::string_view, ObjectKind> kObjects[] = {
      {"TABLE", ObjectKind::kTable},           {"VIEW", ObjectKind::kView},
      {"FUNCTION", ObjectKind::kFunction},     {"MODEL", ObjectKind::kModel},
      {"CATALOG", ObjectKind::kCatalog},       {"DATABASE", ObjectKind::kDatabase},
      {"CONNECTION", ObjectKind::kConnection},
  };
  bool found = AcceptWords({"MATERIALIZED", "TABLE"});
  if (found) drop->object = ObjectKind::kMaterializedTable;
  if (found && drop->temporary) {
    FailWith("MR0119", "a materialized table cannot be temporary", temporary_span);
  }
  for (const auto& [word, object] : kObjects) {
    if (found || !Accept(word)) continue;
    drop->object = object;
    found = true;
  }
  if (!found) {
    Fail("TABLE, VIEW, FUNCTION, MODEL, MATERIALIZED TABLE, CATALOG or DATABASE after DROP");
  }
  drop->if_exists = IfExists();
  drop->name = ParseName("a name");
  if (AtAny({"CASCADE", "RESTRICT"}) && drop->object != ObjectKind::kDatabase) {
    FailWith("MR0111", "found `" + Peek().value + "`: only DROP DATABASE takes it", Peek().span);
  }
  if (Accept("CASCADE")) {
    drop->behavior = Drop::Behavior::kCascade;
  } else if (Accept("RESTRICT")) {
    drop->behavior = Drop::Behavior::kRestrict;
  }
  return drop;
}

}  // namespace millrace::sql
