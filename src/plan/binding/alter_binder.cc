// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/alter_binder.h"

#include <algorithm>

#include "plan/binding/option_binder.h"
#include "plan/binding/query/query_binder.h"
#include "plan/binding/table_binder.h"
#include "plan/show_create.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace millrace {
namespace {

using Action = sql::AlterAction;
using Columns = std::vector<sql::ColumnDefinition>;

Columns::iterator FindDefinition(Columns* columns, const std::string& name) {
  return std::ranges::find_if(
      *columns, [&](const sql::ColumnDefinition& column) { return column.name.text == name; });
}

/// The path beside `path` that `name` says: its last part alone stays in the same database.
std::string RenamedPath(const Catalog& catalog, const std::string& path,
                        const sql::QualifiedName& name) {
  if (name.parts.size() > 1) return catalog.Resolve(name);
  return path.substr(0, path.rfind('.') + 1) + name.parts[0].text;
}

bool CheckRename(BindContext* context, const std::string& path, const sql::QualifiedName& name) {
  if (!context->catalog->Exists(path, /*temporary=*/false)) return true;
  context->Error("MR0209", "'" + name.ToString() + "' exists already", name.span);
  return false;
}

/// False after a diagnostic, or if nothing is to be done about it: as in Flink, ALTER changes
/// permanent objects only.
bool CheckPermanent(BindContext* context, sql::ObjectKind kind, const std::string& path,
                    const sql::QualifiedName& name, bool if_exists) {
  if (!context->catalog->IsTemporary(kind, path)) return true;
  if (if_exists) return false;
  const std::string kind_name(sql::ObjectKindName(kind));
  context
      ->Error(
          "MR0211",
          "'" + name.ToString() + "' is a temporary " + kind_name + ", which ALTER cannot change",
          name.span)
      .next_step =
      "Write DROP TEMPORARY " + kind_name + ", and CREATE TEMPORARY " + kind_name + ".";
  return false;
}

void ReportUnknown(BindContext* context, std::string_view kind, const sql::QualifiedName& name,
                   const std::vector<std::string>& world) {
  Diagnostic& diagnostic = context->Error(
      "MR0207", "unknown " + std::string(kind) + " '" + name.ToString() + "'", name.span);
  context->Suggest(&diagnostic, name.parts.back().text, world);
}

sql::CreateTable ParseDeclaration(const Table& table) {
  DiagnosticList none;
  return *sql::As<sql::CreateTable>(sql::ParseStatement(DeclarationText(table), &none));
}

/// SET ('a' = '1', 'a' = '2') sets '2', as in Flink.
std::vector<sql::Option> LastOfEachKey(const std::vector<sql::Option>& options) {
  std::vector<sql::Option> last;
  for (const sql::Option& option : options) {
    std::erase_if(last, [&](const sql::Option& one) { return one.key.value == option.key.value; });
    last.push_back(option);
  }
  return last;
}

/// False after a diagnostic: RESET without an option.
bool CheckResets(BindContext* context, const Action& action) {
  if (action.kind != Action::Kind::kResetOptions || !action.keys.empty()) return true;
  context->Error("MR0502", "RESET names no option", action.span).next_step =
      "Write the options that go back to their defaults, as in RESET ('a', 'b').";
  return false;
}

/// Changes the declaration of one table.
class TableAlteration {
 public:
  TableAlteration(BindContext* context, TablePtr table, const Action& action)
      : context_(context),
        table_(std::move(table)),
        action_(action),
        create_(ParseDeclaration(*table_)),
        options_(table_->raw_options) {}

  /// Null after a diagnostic.
  TablePtr Run() {
    if (!Apply()) return nullptr;
    const std::string text = sql::Print(create_);
    DiagnosticList found;
    const auto parsed = sql::ParseStatement(text, &found);
    BindContext inner = *context_;
    inner.source = text;
    inner.diagnostics = &found;
    TablePtr altered = parsed == nullptr
                           ? nullptr
                           : BindAlteredTable(&inner, *sql::As<sql::CreateTable>(parsed), options_);
    for (const Diagnostic& entry : found.entries()) {
      if (entry.severity != Severity::kError) continue;
      Diagnostic& diagnostic = context_->Error(entry.code, entry.message, action_.span);
      diagnostic.next_step = entry.next_step;
      diagnostic.candidates = entry.candidates;
    }
    return found.has_errors() ? nullptr : altered;
  }

 private:
  bool Apply() {
    switch (action_.kind) {
      case Action::Kind::kSetOptions: return SetOptions();
      case Action::Kind::kResetOptions: return ResetOptions();
      case Action::Kind::kAddSchema: return Add();
      case Action::Kind::kModifySchema: return Modify();
      case Action::Kind::kDropColumns: return DropColumns();
      case Action::Kind::kRenameColumn: return RenameColumn();
      case Action::Kind::kDropWatermark: return DropWatermark();
      case Action::Kind::kDropPrimaryKey:
      case Action::Kind::kDropConstraint: return DropKey();
      default: context_->NotSupported("this ALTER TABLE", action_.span); return false;
    }
  }

  bool SetOptions() {
    const auto options = BindOptions(context_, LastOfEachKey(action_.options));
    if (!options) return false;
    for (const auto& [key, value] : *options) options_[key] = value;
    return true;
  }

  bool ResetOptions() {
    if (!CheckResets(context_, action_)) return false;
    for (const sql::StringLiteral& key : action_.keys) options_.erase(key.value);
    return true;
  }

  bool Add() {
    const sql::TableElements& added = action_.schema;
    for (const sql::ColumnDefinition& column : added.columns) {
      if (FindDefinition(&columns(), column.name.text) != columns().end()) {
        return Fail("MR0205", "column '" + column.name.text + "' exists already", column.name.span);
      }
      if (!Place(column, columns().end())) return false;
    }
    if (!added.watermarks.empty() && !create_.elements.watermarks.empty()) {
      return Fail("MR0402", "the table has a watermark already", added.watermarks[0].span,
                  "Write MODIFY WATERMARK.");
    }
    if (!added.constraints.empty() && !create_.elements.constraints.empty()) {
      return Fail("MR0402", "the table has a PRIMARY KEY already", added.constraints[0].span,
                  "Write MODIFY PRIMARY KEY.");
    }
    Append(added.watermarks, &create_.elements.watermarks);
    Append(added.constraints, &create_.elements.constraints);
    return true;
  }

  bool Modify() {
    const sql::TableElements& changed = action_.schema;
    for (const sql::ColumnDefinition& column : changed.columns) {
      const auto old = FindDefinition(&columns(), column.name.text);
      if (old == columns().end()) return FailUnknown(column.name.text, column.name.span);
      const auto next = columns().erase(old);
      if (!Place(column, next)) return false;
    }
    if (!changed.watermarks.empty()) {
      if (!DropWatermark()) return false;
      Append(changed.watermarks, &create_.elements.watermarks);
    }
    if (!changed.constraints.empty()) {
      if (!DropKey()) return false;
      Append(changed.constraints, &create_.elements.constraints);
    }
    return true;
  }

  /// Puts a column where it says, else at `otherwise`.
  bool Place(const sql::ColumnDefinition& column, Columns::iterator otherwise) {
    Columns::iterator where = otherwise;
    if (column.position && column.position->first) where = columns().begin();
    if (column.position && column.position->after) {
      where = FindDefinition(&columns(), column.position->after->text);
      if (where == columns().end()) {
        return FailUnknown(column.position->after->text, column.position->after->span);
      }
      ++where;
    }
    const auto added = columns().insert(where, column);
    added->position.reset();
    return true;
  }

  bool DropColumns() {
    for (const sql::QualifiedName& path : action_.column_paths) {
      const auto column = FindDefinition(&columns(), path.ToString());
      if (column == columns().end()) return FailUnknown(path.ToString(), path.span);
      columns().erase(column);
    }
    return true;
  }

  bool RenameColumn() {
    const std::string old = action_.column_paths[0].ToString();
    const auto column = FindDefinition(&columns(), old);
    if (column == columns().end()) return FailUnknown(old, action_.column_paths[0].span);
    if (FindDefinition(&columns(), action_.new_column.text) != columns().end()) {
      return Fail("MR0205", "column '" + action_.new_column.text + "' exists already",
                  action_.new_column.span);
    }
    if (column->kind == sql::ColumnDefinition::Kind::kMetadata && !column->metadata_key) {
      column->metadata_key = sql::StringLiteral{.value = old, .span = {}};
    }
    column->name = action_.new_column;
    for (sql::Constraint& key : create_.elements.constraints) {
      for (sql::Identifier& part : key.columns) {
        if (part.text == old) part = action_.new_column;
      }
    }
    for (sql::Identifier& part : create_.partitioned_by) {
      if (part.text == old) part = action_.new_column;
    }
    return true;
  }

  bool DropWatermark() {
    if (create_.elements.watermarks.empty()) {
      return Fail("MR0402", "the table has no watermark", action_.span);
    }
    create_.elements.watermarks.clear();
    return true;
  }

  bool DropKey() {
    if (create_.elements.constraints.empty()) {
      return Fail("MR0402", "the table has no PRIMARY KEY", action_.span);
    }
    create_.elements.constraints.clear();
    return true;
  }

  template <typename T>
  static void Append(const std::vector<T>& from, std::vector<T>* to) {
    to->insert(to->end(), from.begin(), from.end());
  }

  bool Fail(std::string_view code, std::string message, Span span, std::string next_step = {}) {
    context_->Error(code, std::move(message), span).next_step = std::move(next_step);
    return false;
  }

  bool FailUnknown(const std::string& name, Span span) {
    Diagnostic& diagnostic =
        context_->Error("MR0201", "unknown column '" + name + "' of '" + table_->name + "'", span);
    std::vector<std::string> world;
    for (const TableColumn& column : table_->columns) world.push_back(column.name);
    context_->Suggest(&diagnostic, name, world);
    return false;
  }

  Columns& columns() { return create_.elements.columns; }

  BindContext* context_;
  TablePtr table_;
  const Action& action_;
  sql::CreateTable create_;
  std::map<std::string, OptionValue> options_;
};

/// ALTER MODEL .. SET and RESET. Null after a diagnostic.
ModelPtr WithModelOptions(BindContext* context, const Model& model, const sql::AlterModel& alter) {
  if (!CheckResets(context, alter.action)) return nullptr;
  auto values = model.definition.options.values();
  const auto changes = BindOptions(context, LastOfEachKey(alter.action.options));
  if (!changes) return nullptr;
  for (const auto& [key, value] : *changes) values[key] = value;
  for (const sql::StringLiteral& key : alter.action.keys) values.erase(key.value);
  auto changed = std::make_shared<Model>(model);
  const std::string provider(model.backend->provider());
  if (const auto named = values.find("provider"); named != values.end()) {
    if (named->second.text != provider) {
      context
          ->Error("MR0503", "the provider of a model cannot be changed, it is '" + provider + "'",
                  alter.action.span)
          .next_step = "DROP MODEL, and CREATE MODEL with the other one.";
      return nullptr;
    }
    values.erase(named);
  }
  changed->definition.options = Options(model.backend->options(), std::move(values));
  const auto problems = changed->definition.options.Validate("provider '" + provider + "'");
  ReportOptionProblems(context, problems, "", alter.action.options, alter.action.span);
  if (!problems.empty()) return nullptr;
  if (!context->check_files) return changed;
  const Status status = model.backend->Check(changed->definition, context->env);
  if (!status) context->Report(status.error(), alter.action.span);
  return status ? changed : nullptr;
}

}  // namespace

void BindAlterTable(BindContext* context, const sql::AlterTable& alter) {
  Catalog& catalog = *context->catalog;
  const std::string path = catalog.Resolve(alter.name);
  const TablePtr table = catalog.FindTable(path);
  if (table == nullptr) {
    if (!alter.if_exists) ReportUnknown(context, "TABLE", alter.name, catalog.TableNames());
    return;
  }
  if (!CheckPermanent(context, sql::ObjectKind::kTable, path, alter.name, alter.if_exists)) return;
  if (alter.action.kind != Action::Kind::kRename) {
    TablePtr altered = TableAlteration(context, table, alter.action).Run();
    if (altered != nullptr) catalog.Put(std::move(altered));
    return;
  }
  auto renamed = std::make_shared<Table>(*table);
  renamed->path = RenamedPath(catalog, path, alter.action.new_name);
  renamed->name = alter.action.new_name.parts.back().text;
  if (!CheckRename(context, renamed->path, alter.action.new_name)) return;
  catalog.Drop(sql::ObjectKind::kTable, path, /*temporary=*/false);
  catalog.Put(TablePtr(std::move(renamed)));
}

void BindAlterView(BindContext* context, const sql::AlterView& alter) {
  Catalog& catalog = *context->catalog;
  const std::string path = catalog.Resolve(alter.name);
  const ViewPtr view = catalog.FindView(path);
  if (view == nullptr) {
    if (!alter.if_exists) ReportUnknown(context, "VIEW", alter.name, catalog.ViewNames());
    return;
  }
  if (!CheckPermanent(context, sql::ObjectKind::kView, path, alter.name, alter.if_exists)) return;
  auto altered = std::make_shared<View>(*view);
  auto definition = std::make_shared<sql::CreateView>(*view->definition);
  if (alter.action.kind == Action::Kind::kRename) {
    altered->path = RenamedPath(catalog, path, alter.action.new_name);
    if (!CheckRename(context, altered->path, alter.action.new_name)) return;
    definition->name = alter.action.new_name;
    catalog.Drop(sql::ObjectKind::kView, path, /*temporary=*/false);
  } else if (alter.action.kind == Action::Kind::kAsQuery) {
    QueryBinder queries(context);
    const PlanNodePtr plan = queries.Bind(*alter.action.query);
    if (plan == nullptr) return;
    definition->query = alter.action.query;
    altered->source = context->KeepSource();
    definition->columns.clear();
    altered->schema = plan->schema();
  } else {
    context->NotSupported("this ALTER VIEW", alter.action.span);
    return;
  }
  altered->definition = std::move(definition);
  catalog.Put(ViewPtr(std::move(altered)));
}

void BindAlterModel(BindContext* context, const sql::AlterModel& alter) {
  Catalog& catalog = *context->catalog;
  const std::string path = catalog.Resolve(alter.name);
  const ModelPtr model = catalog.FindModel(path);
  if (model == nullptr) {
    if (!alter.if_exists) ReportUnknown(context, "MODEL", alter.name, catalog.ModelNames());
    return;
  }
  if (!CheckPermanent(context, sql::ObjectKind::kModel, path, alter.name, alter.if_exists)) return;
  if (alter.action.kind != Action::Kind::kRename) {
    if (ModelPtr changed = WithModelOptions(context, *model, alter)) catalog.Put(changed);
    return;
  }
  auto renamed = std::make_shared<Model>(*model);
  renamed->path = RenamedPath(catalog, path, alter.action.new_name);
  if (catalog.FindModel(renamed->path) != nullptr) {
    context->Error("MR0209", "'" + alter.action.new_name.ToString() + "' exists already",
                   alter.action.new_name.span);
    return;
  }
  catalog.Drop(sql::ObjectKind::kModel, path, /*temporary=*/false);
  catalog.Put(ModelPtr(std::move(renamed)));
}

void BindAlterDatabase(BindContext* context, const sql::AlterDatabase& alter) {
  const std::string& name = alter.name.parts.back().text;
  const std::vector<std::string> names = context->catalog->DatabaseNames();
  if (std::ranges::find(names, name) != names.end() || alter.if_exists) return;
  ReportUnknown(context, "DATABASE", alter.name, names);
}

}  // namespace millrace
