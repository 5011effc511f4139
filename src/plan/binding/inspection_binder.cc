// SPDX-License-Identifier: Apache-2.0
// SHOW and DESCRIBE.
#include <algorithm>

#include "functions/python/python_aggregate.h"
#include "plan/binding/functions/user_function_binder.h"
#include "plan/binding/statement_binder.h"
#include "plan/show_create.h"

namespace millrace {
namespace {

/// SQL LIKE with % and _ over names.
bool MatchesPattern(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '%') {
    for (size_t skip = 0; skip <= name.size(); ++skip) {
      if (MatchesPattern(name.substr(skip), pattern.substr(1))) return true;
    }
    return false;
  }
  return !name.empty() && (pattern[0] == '_' || pattern[0] == name[0]) &&
         MatchesPattern(name.substr(1), pattern.substr(1));
}

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

/// [NOT] LIKE or ILIKE, if there is one.
bool IsAskedFor(const sql::Show& show, const std::string& name) {
  if (!show.pattern) return true;
  const bool match = show.ilike ? MatchesPattern(Lower(name), Lower(show.pattern->value))
                                : MatchesPattern(name, show.pattern->value);
  return match != show.negated;
}

TextResult NameList(const sql::Show& show, std::string column, std::vector<std::string> names) {
  TextResult output{{std::move(column)}, {}, {}};
  for (std::string& name : names) {
    if (IsAskedFor(show, name)) output.rows.push_back({std::move(name)});
  }
  return output;
}

std::string YesNo(bool value) { return value ? "true" : "false"; }

std::string TypeText(const DataType& type) {
  std::string text = type.Nullable().ToString();
  if (type.time_attribute() == TimeAttribute::kRowtime) text += " *ROWTIME*";
  if (type.time_attribute() == TimeAttribute::kProctime) text += " *PROCTIME*";
  return text;
}

TextResult DescribeTable(const Table& table) {
  TextResult output{{"name", "type", "null", "key", "extras", "watermark"}, {}, {}};
  std::string key;
  for (const size_t index : table.primary_key) {
    key += (key.empty() ? "PRI(" : ", ") + table.columns[index].name;
  }
  if (!key.empty()) key += ")";
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    std::string extras;
    if (column.kind == TableColumn::Kind::kComputed) extras = "AS " + column.text;
    if (column.kind == TableColumn::Kind::kMetadata) {
      extras =
          "METADATA FROM '" + column.metadata_key + "'" + (column.is_virtual ? " VIRTUAL" : "");
    }
    const bool is_key =
        std::find(table.primary_key.begin(), table.primary_key.end(), i) != table.primary_key.end();
    const bool is_time = table.watermark && table.watermark->column == i;
    output.rows.push_back({column.name, TypeText(column.type), YesNo(column.type.nullable()),
                           is_key ? key : "", extras, is_time ? table.watermark->text : ""});
  }
  return output;
}

TextResult DescribeSchema(const Schema& schema) {
  TextResult output{{"name", "type", "null", "key", "extras", "watermark"}, {}, {}};
  for (const Column& column : schema) {
    output.rows.push_back(
        {column.name, TypeText(column.type), YesNo(column.type.nullable()), "", "", ""});
  }
  return output;
}

TextResult DescribeModel(const Model& model) {
  TextResult output{{"name", "type", "null", "is input"}, {}, {}};
  for (const bool input : {true, false}) {
    for (const Column& column : input ? model.definition.input : model.definition.output) {
      output.rows.push_back({column.name, column.type.Nullable().ToString(),
                             YesNo(column.type.nullable()), YesNo(input)});
    }
  }
  return output;
}

}  // namespace

void StatementBinder::BindShow(const sql::Show& show) {
  const Catalog& catalog = *context_->catalog;
  using Form = sql::Show::Form;
  if (show.form == Form::kCurrent) {
    const bool of_catalog = show.object == sql::ObjectKind::kCatalog;
    TextResult output{{of_catalog ? "current catalog name" : "current database name"},
                      {{of_catalog ? catalog.current_catalog() : catalog.current_database()}},
                      {}};
    AddOutput(show, "SHOW CURRENT", std::move(output));
    return;
  }
  if (show.form == Form::kCreate) {
    const std::string path = catalog.Resolve(show.name);
    const std::string text = ShowCreate(catalog, show.object, path);
    if (text.empty()) {
      Diagnostic& diagnostic =
          context_->Error("MR0207",
                          "unknown " + std::string(sql::ObjectKindName(show.object)) + " '" +
                              show.name.ToString() + "'",
                          show.name.span);
      context_->Suggest(
          &diagnostic, show.name.parts.back().text,
          show.object == sql::ObjectKind::kModel ? catalog.ModelNames() : catalog.TableNames());
      return;
    }
    AddOutput(show, "SHOW CREATE", {{"result"}, {{text}}, {}});
    return;
  }
  ShowList(show);
}

void StatementBinder::ShowList(const sql::Show& show) {
  const Catalog& catalog = *context_->catalog;
  using Kind = sql::ObjectKind;
  switch (show.object) {
    case Kind::kTable:
      AddOutput(show, "SHOW TABLES", NameList(show, "table name", catalog.TableNames()));
      return;
    case Kind::kView:
      AddOutput(show, "SHOW VIEWS", NameList(show, "view name", catalog.ViewNames()));
      return;
    case Kind::kModel:
      AddOutput(show, "SHOW MODELS", NameList(show, "model name", catalog.ModelNames()));
      return;
    case Kind::kCatalog:
      AddOutput(show, "SHOW CATALOGS", NameList(show, "catalog name", catalog.CatalogNames()));
      return;
    case Kind::kDatabase:
      AddOutput(show, "SHOW DATABASES", NameList(show, "database name", catalog.DatabaseNames()));
      return;
    case Kind::kFunction: {
      std::vector<std::string> names = catalog.FunctionNames();
      if (!show.user) {
        for (std::string& name : context_->registries.functions->Names()) names.push_back(name);
        const AggregateRegistry& aggregates = *context_->registries.aggregates;
        for (std::string& name : aggregates.Names()) {
          if (aggregates.Find(name)->doc.group != kPythonGroup) names.push_back(name);
        }
      }
      std::sort(names.begin(), names.end());
      AddOutput(show, "SHOW FUNCTIONS", NameList(show, "function name", std::move(names)));
      return;
    }
    case Kind::kColumn: {
      sql::Describe describe;
      describe.name = show.from;
      describe.span = show.span;
      const size_t before = steps_->size();
      BindDescribe(describe);
      if (steps_->size() == before) return;
      std::erase_if(steps_->back().output.rows,
                    [&](const auto& row) { return !IsAskedFor(show, row[0]); });
      return;
    }
    case Kind::kModule: {
      // There is one, of built-in functions.
      TextResult output = NameList(show, "module name", {"core"});
      if (show.full) {
        output.columns.push_back("used");
        for (auto& row : output.rows) row.push_back("true");
      }
      AddOutput(show, "SHOW MODULES", std::move(output));
      return;
    }
    case Kind::kJar: AddOutput(show, "SHOW JARS", {{"jars"}, {}, {}}); return;
    case Kind::kMaterializedTable:
      AddOutput(show, "SHOW MATERIALIZED TABLES", {{"table name"}, {}, {}});
      return;
    case Kind::kPartition: return ShowPartitions(show);
    default: context_->NotSupported("SHOW of this kind of object", show.span);
  }
}

/// The catalog keeps no partitions: those of files are what directories there are.
void StatementBinder::ShowPartitions(const sql::Show& show) {
  const Catalog& catalog = *context_->catalog;
  const std::string name = show.name.ToString();
  const TablePtr table = catalog.FindTable(catalog.Resolve(show.name));
  if (table == nullptr) {
    Diagnostic& diagnostic =
        context_->Error("MR0207", "unknown table '" + name + "'", show.name.span);
    context_->Suggest(&diagnostic, show.name.parts.back().text, catalog.TableNames());
    return;
  }
  if (table->partition_keys.empty()) {
    context_->Error("MR0201", "table '" + name + "' is not partitioned", show.name.span).next_step =
        "Partitions come from PARTITIONED BY in CREATE TABLE.";
    return;
  }
  for (const sql::PartitionValue& value : show.partition) {
    const std::string& column = value.column.text;
    if (std::ranges::find(table->partition_keys, column) != table->partition_keys.end()) continue;
    Diagnostic& diagnostic = context_->Error(
        "MR0201", "'" + column + "' is no partition column of '" + name + "'", value.column.span);
    context_->Suggest(&diagnostic, column, table->partition_keys);
    return;
  }
  AddOutput(show, "SHOW PARTITIONS", {{"partition name"}, {}, {}});
}

/// DESCRIBE CATALOG and DATABASE: names are all that they have.
void StatementBinder::DescribeNamespace(const sql::Describe& describe) {
  const Catalog& catalog = *context_->catalog;
  const bool database = describe.object == sql::ObjectKind::kDatabase;
  const std::string& name = describe.name.parts.back().text;
  const std::vector<std::string> names =
      database ? catalog.DatabaseNames() : catalog.CatalogNames();
  if (std::ranges::find(names, name) == names.end()) {
    Diagnostic& diagnostic = context_->Error(
        "MR0207", std::string("unknown ") + (database ? "database" : "catalog") + " '" + name + "'",
        describe.name.span);
    context_->Suggest(&diagnostic, name, names);
    return;
  }
  TextResult output{{"info name", "info value"}, {}, {}};
  if (database) output.rows.push_back({"catalog name", catalog.current_catalog()});
  output.rows.push_back({database ? "database name" : "name", name});
  if (!database) output.rows.push_back({"type", "generic_in_memory"});
  AddOutput(describe, "DESCRIBE", std::move(output));
}

/// USE, LOAD and UNLOAD MODULES. The one that there is, is loaded and used.
bool StatementBinder::BindModules(const sql::Statement& statement) {
  const auto unknown = [this](const sql::Identifier& module) {
    context_->Error("MR0207", "unknown module '" + module.text + "'", module.span).next_step =
        "There is one, core: the built-in functions.";
  };
  if (const auto* use = sql::As<sql::UseModules>(statement)) {
    for (const sql::Identifier& module : use->modules) {
      if (module.text != "core") unknown(module);
    }
  } else if (const auto* load = sql::As<sql::LoadModule>(statement)) {
    if (load->name.text != "core") {
      unknown(load->name);
    } else {
      context_->Error("MR0209", "module 'core' is loaded already", load->name.span);
    }
  } else if (const auto* unload = sql::As<sql::UnloadModule>(statement)) {
    if (unload->name.text != "core") {
      unknown(unload->name);
    } else {
      context_->Error("MR0312", "module 'core' stays: all built-in functions are its",
                      unload->name.span);
    }
  } else {
    return false;
  }
  return true;
}

void StatementBinder::BindDescribe(const sql::Describe& describe) {
  const Catalog& catalog = *context_->catalog;
  if (describe.job) {
    context_->NotSupported("DESCRIBE JOB", describe.span);
    return;
  }
  const std::string path = catalog.Resolve(describe.name);
  if (describe.object == sql::ObjectKind::kFunction) {
    if (auto output = DescribeFunction(context_, describe)) {
      AddOutput(describe, "DESCRIBE", *std::move(output));
    }
    return;
  }
  if (describe.object == sql::ObjectKind::kDatabase ||
      describe.object == sql::ObjectKind::kCatalog) {
    return DescribeNamespace(describe);
  }
  if (describe.object == sql::ObjectKind::kModel) {
    if (const ModelPtr model = catalog.FindModel(path)) {
      AddOutput(describe, "DESCRIBE", DescribeModel(*model));
      return;
    }
  } else if (describe.object != sql::ObjectKind::kTable) {
    context_->NotSupported("DESCRIBE of this kind of object", describe.span);
    return;
  } else if (const TablePtr table = catalog.FindTable(path)) {
    AddOutput(describe, "DESCRIBE", DescribeTable(*table));
    return;
  } else if (const ViewPtr view = catalog.FindView(path)) {
    AddOutput(describe, "DESCRIBE", DescribeSchema(view->schema));
    return;
  }
  const bool model = describe.object == sql::ObjectKind::kModel;
  Diagnostic& diagnostic = context_->Error(
      model ? "MR0601" : "MR0207",
      std::string("unknown ") + (model ? "model" : "table") + " '" + describe.name.ToString() + "'",
      describe.name.span);
  context_->Suggest(&diagnostic, describe.name.parts.back().text,
                    model ? catalog.ModelNames() : catalog.TableNames());
}

bool StatementBinder::BindInspection(const sql::Statement& statement) {
  if (const auto* show = sql::As<sql::Show>(statement)) {
    BindShow(*show);
  } else if (const auto* describe = sql::As<sql::Describe>(statement)) {
    BindDescribe(*describe);
  } else {
    return BindModules(statement);
  }
  return true;
}

}  // namespace millrace
