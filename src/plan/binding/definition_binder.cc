// SPDX-License-Identifier: Apache-2.0
// CREATE, ALTER and DROP of tables, views, models and functions.
#include <algorithm>

#include "plan/binding/alter_binder.h"
#include "plan/binding/functions/user_function_binder.h"
#include "plan/binding/option_binder.h"
#include "plan/binding/query/query_binder.h"
#include "plan/binding/statement_binder.h"
#include "plan/binding/table_binder.h"
#include "plan/binding/type_binder.h"
#include "plan/calc_builder.h"
#include "sql/printer.h"

namespace millrace {
namespace {

bool IsReplace(sql::CreateMode mode) { return mode != sql::CreateMode::kCreate; }

std::optional<Schema> BindColumns(BindContext* context,
                                  const std::vector<sql::ColumnDefinition>& columns) {
  Schema schema;
  bool ok = true;
  for (const sql::ColumnDefinition& column : columns) {
    const auto type = column.type == nullptr ? std::nullopt : BindType(context, *column.type);
    ok = ok && type.has_value();
    if (type) schema.Append({column.name.text, *type});
  }
  if (!ok) return std::nullopt;
  return schema;
}

}  // namespace

bool StatementBinder::CheckNewName(const sql::QualifiedName& name, bool exists, bool if_not_exists,
                                   bool replace, bool* skip) {
  *skip = exists && if_not_exists;
  if (!exists || if_not_exists || replace) return true;
  context_->Error("MR0209", "'" + name.ToString() + "' exists already", name.span).next_step =
      "Choose another name, or write CREATE .. IF NOT EXISTS.";
  return false;
}

void StatementBinder::BindCreateTable(const sql::CreateTable& create) {
  const std::string path = context_->catalog->Resolve(create.name);
  bool skip = false;
  if (!CheckNewName(create.name, context_->catalog->Exists(path, create.temporary),
                    create.if_not_exists, IsReplace(create.mode), &skip) ||
      skip) {
    return;
  }
  if (create.as_query == nullptr) {
    TablePtr table = millrace::BindCreateTable(context_, create);
    if (table != nullptr) context_->catalog->Put(std::move(table), create.temporary);
    return;
  }
  QueryBinder queries(context_);
  PlanNodePtr query = queries.BindWhole(*create.as_query);
  if (query == nullptr) return;
  TablePtr table = BindCreateTableAs(context_, create, query->schema());
  if (table == nullptr) return;
  context_->catalog->Put(table);
  table = PrepareUse(context_, std::move(table), /*for_write=*/true, create.name.span);
  if (table == nullptr) return;
  std::vector<size_t> targets;
  const Schema writable = table->write_schema();
  for (const Column& column : query->schema()) {
    for (size_t i = 0; i < writable.size(); ++i) {
      if (writable[i].name == column.name && std::ranges::find(targets, i) == targets.end()) {
        targets.push_back(i);
        break;
      }
    }
  }
  PlanNodePtr sink = BindSink(context_, table, std::move(query), create.name.span, targets);
  if (sink == nullptr) return;
  AddJob(create.span, "INSERT INTO " + table->name, {std::move(sink)}, /*is_select=*/false);
}

void StatementBinder::BindCreateView(const sql::CreateView& create) {
  const std::string path = context_->catalog->Resolve(create.name);
  bool skip = false;
  const bool usable = CheckNewName(create.name, context_->catalog->Exists(path, create.temporary),
                                   create.if_not_exists, IsReplace(create.mode), &skip);
  if (skip) return;
  QueryBinder queries(context_);
  const PlanNodePtr plan = queries.Bind(*create.query);
  if (plan == nullptr || !usable) return;
  if (!create.columns.empty() && create.columns.size() != plan->schema().size()) {
    context_->Error("MR0315",
                    "view '" + create.name.ToString() + "' lists " +
                        std::to_string(create.columns.size()) + " columns, its query has " +
                        std::to_string(plan->schema().size()),
                    create.name.span);
    return;
  }
  auto view = std::make_shared<View>();
  view->path = path;
  view->definition = std::make_shared<sql::CreateView>(create);
  view->source = context_->KeepSource();
  std::vector<Column> columns;
  for (size_t i = 0; i < plan->schema().size(); ++i) {
    columns.push_back(
        {create.columns.empty() ? plan->schema()[i].name : create.columns[i].name.text,
         plan->schema()[i].type});
  }
  view->schema = Schema(std::move(columns));
  context_->catalog->Put(ViewPtr(std::move(view)));
}

void StatementBinder::BindCreateModel(const sql::CreateModel& create) {
  const std::string path = context_->catalog->Resolve(create.name);
  bool skip = false;
  if (!CheckNewName(create.name, context_->catalog->FindModel(path, create.temporary) != nullptr,
                    create.if_not_exists, IsReplace(create.mode), &skip) ||
      skip) {
    return;
  }
  auto options = BindOptions(context_, create.options);
  const Span options_span = create.options_span.end > 0 ? create.options_span : create.name.span;
  if (create.query != nullptr) {
    context_->NotSupported("CREATE MODEL .. AS", create.query->span);
    return;
  }
  if (!create.has_input || !create.has_output) {
    context_->Error("MR0604", "a model declares INPUT (..) and OUTPUT (..)", create.name.span)
        .next_step = "Write CREATE MODEL m INPUT (x DOUBLE) OUTPUT (score DOUBLE) WITH (..).";
    return;
  }
  const auto input = BindColumns(context_, create.input);
  const auto output = BindColumns(context_, create.output);
  if (!options || !input || !output) return;
  const auto provider = options->find("provider");
  if (provider == options->end()) {
    context_
        ->Error("MR0502", "model '" + create.name.ToString() + "' has no option 'provider'",
                options_span)
        .next_step = "Add 'provider' = 'onnx' to WITH.";
    return;
  }
  auto model = std::make_shared<Model>();
  model->path = path;
  model->backend = context_->registries.models->Find(provider->second.text);
  if (model->backend == nullptr) {
    Span span = options_span;
    for (const sql::Option& option : create.options) {
      if (option.key.value == "provider") span = option.value.span;
    }
    Diagnostic& diagnostic = context_->Error(
        "MR0504",
        "model provider '" + provider->second.text + "' is not known or not supported yet", span);
    context_->Suggest(&diagnostic, provider->second.text, context_->registries.models->Names(),
                      false);
    if (!diagnostic.try_text.empty()) diagnostic.try_text = sql::QuoteString(diagnostic.try_text);
    return;
  }
  options->erase("provider");
  model->definition.name = create.name.parts.back().text;
  model->definition.input = *input;
  model->definition.output = *output;
  model->definition.options = Options(model->backend->options(), *std::move(options));
  const auto problems = model->definition.options.Validate(
      "provider '" + std::string(model->backend->provider()) + "'");
  ReportOptionProblems(context_, problems, "", create.options, options_span);
  if (!problems.empty()) return;
  if (context_->check_files) {
    const Status status = model->backend->Check(model->definition, context_->env);
    if (!status) {
      context_->Report(status.error(), create.name.span);
      return;
    }
  }
  context_->catalog->Put(ModelPtr(std::move(model)), create.temporary);
}

/// As in Flink, a model alone is dropped below a temporary one.
void StatementBinder::ReportHidden(const sql::Drop& drop) {
  const std::string kind(sql::ObjectKindName(drop.object));
  context_
      ->Error("MR0211", "'" + drop.name.ToString() + "' is a temporary " + kind + " here",
              drop.name.span)
      .next_step = "Write DROP TEMPORARY " + kind + " first.";
}

void StatementBinder::BindDrop(const sql::Drop& drop) {
  Catalog& catalog = *context_->catalog;
  const bool of_function = drop.object == sql::ObjectKind::kFunction;
  const std::string path =
      of_function ? catalog.FunctionPath(drop.name, drop.system) : catalog.Resolve(drop.name);
  const bool by_name = drop.object == sql::ObjectKind::kTable ||
                       drop.object == sql::ObjectKind::kView || of_function;
  if (by_name && !drop.temporary && catalog.IsTemporary(drop.object, path)) {
    return ReportHidden(drop);
  }
  bool dropped = false;
  std::vector<std::string> world;
  switch (drop.object) {
    case sql::ObjectKind::kTable:
      dropped = catalog.Drop(drop.object, path, drop.temporary);
      world = catalog.TableNames();
      break;
    case sql::ObjectKind::kView:
      dropped = catalog.Drop(drop.object, path, drop.temporary);
      world = catalog.ViewNames();
      break;
    case sql::ObjectKind::kModel:
      dropped = catalog.Drop(drop.object, path, drop.temporary);
      world = catalog.ModelNames();
      break;
    case sql::ObjectKind::kFunction:
      dropped = DropFunction(context_, path, drop.temporary);
      world = catalog.FunctionNames();
      break;
    case sql::ObjectKind::kDatabase: {
      const auto& parts = drop.name.parts;
      dropped = catalog.DropDatabase(parts.size() > 1 ? parts[0].text : catalog.current_catalog(),
                                     parts.back().text);
      world = catalog.DatabaseNames();
      break;
    }
    default:
      context_->NotSupported("DROP " + std::string(sql::ObjectKindName(drop.object)), drop.span);
      return;
  }
  if (dropped || drop.if_exists) return;
  Diagnostic& diagnostic = context_->Error(
      "MR0207",
      std::string("unknown ") + (drop.temporary ? "temporary " : "") +
          std::string(sql::ObjectKindName(drop.object)) + " '" + drop.name.ToString() + "'",
      drop.name.span);
  std::erase(world, drop.name.parts.back().text);  // a permanent one of this name
  context_->Suggest(&diagnostic, drop.name.parts.back().text, world);
}

bool StatementBinder::BindDefinition(const sql::Statement& statement) {
  if (const auto* table = sql::As<sql::CreateTable>(statement)) {
    BindCreateTable(*table);
  } else if (const auto* view = sql::As<sql::CreateView>(statement)) {
    BindCreateView(*view);
  } else if (const auto* model = sql::As<sql::CreateModel>(statement)) {
    BindCreateModel(*model);
  } else if (const auto* function = sql::As<sql::CreateFunction>(statement)) {
    BindCreateFunction(context_, *function);
  } else if (const auto* altered_function = sql::As<sql::AlterFunction>(statement)) {
    BindAlterFunction(context_, *altered_function);
  } else if (const auto* drop = sql::As<sql::Drop>(statement)) {
    BindDrop(*drop);
  } else if (const auto* altered_table = sql::As<sql::AlterTable>(statement)) {
    BindAlterTable(context_, *altered_table);
  } else if (const auto* altered_view = sql::As<sql::AlterView>(statement)) {
    BindAlterView(context_, *altered_view);
  } else if (const auto* altered_model = sql::As<sql::AlterModel>(statement)) {
    BindAlterModel(context_, *altered_model);
  } else if (const auto* database = sql::As<sql::CreateDatabase>(statement)) {
    const auto& parts = database->name.parts;
    const std::string& catalog =
        parts.size() > 1 ? parts[0].text : context_->catalog->current_catalog();
    if (!context_->catalog->CreateDatabase(catalog, parts.back().text) &&
        !database->if_not_exists) {
      context_->Error("MR0209", "database '" + database->name.ToString() + "' exists already",
                      database->name.span);
    }
  } else if (const auto* altered = sql::As<sql::AlterDatabase>(statement)) {
    BindAlterDatabase(context_, *altered);
  } else {
    return false;
  }
  return true;
}

}  // namespace millrace
