// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/functions/user_function_binder.h"

#include <algorithm>

#include "functions/python/python_aggregate.h"
#include "plan/binding/functions/python_function_binder.h"
#include "plan/binding/functions/sql_function.h"
#include "plan/binding/type_binder.h"

namespace millrace {
namespace {

std::optional<Schema> BindParameters(BindContext* context,
                                     const std::vector<sql::ColumnDefinition>& columns) {
  Schema schema;
  bool ok = true;
  for (const sql::ColumnDefinition& column : columns) {
    if (column.type == nullptr || column.kind != sql::ColumnDefinition::Kind::kPhysical) {
      context->Error("MR0330", "a parameter is a name and a type", column.name.span);
      ok = false;
      continue;
    }
    const bool repeated = std::ranges::any_of(
        schema, [&](const Column& known) { return known.name == column.name.text; });
    if (repeated) {
      context->Error("MR0330", "a second parameter '" + column.name.text + "'", column.name.span);
      ok = false;
    }
    const auto type = BindType(context, *column.type);
    ok = ok && type.has_value();
    if (type) schema.Append({column.name.text, *type});
  }
  if (!ok) return std::nullopt;
  return schema;
}

std::string UpperName(const sql::QualifiedName& name) {
  std::string upper = name.parts.back().text;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

bool CheckName(BindContext* context, const sql::CreateFunction& create, const std::string& path,
               bool* skip) {
  const bool exists = context->catalog->FindFunction(path, create.temporary) != nullptr;
  *skip = exists && create.if_not_exists;
  const std::string& name = create.name.parts.back().text;
  const std::string upper = UpperName(create.name);
  const AggregateFunction* aggregate = context->registries.aggregates->Find(upper);
  if (!create.system && !*skip &&
      (context->registries.functions->Find(upper) != nullptr ||
       (aggregate != nullptr && aggregate->doc.group != kPythonGroup))) {
    context
        ->Warning("MR0332", "'" + name + "' is also a built-in function, which calls of it mean",
                  create.name.span)
        .next_step =
        "Choose another name, or replace the built-in: CREATE TEMPORARY SYSTEM FUNCTION.";
  }
  if (!exists || create.if_not_exists || create.mode != sql::CreateMode::kCreate) return true;
  context->Error("MR0209", "'" + create.name.ToString() + "' exists already", create.name.span)
      .next_step = "Choose another name, or write CREATE .. IF NOT EXISTS.";
  return false;
}

/// What SQL and Python functions declare. Null after a diagnostic.
std::shared_ptr<UserFunction> BindSignature(BindContext* context,
                                            const sql::CreateFunction& create) {
  auto function = std::make_shared<UserFunction>();
  function->path = context->catalog->FunctionPath(create.name, create.system);
  function->definition = std::make_shared<sql::CreateFunction>(create);
  function->source = context->KeepSource();
  function->language = create.language          ? create.language->text
                       : create.body != nullptr ? "SQL"
                                                : "JAVA";
  const auto parameters = BindParameters(context, create.parameters);
  if (create.returns != nullptr) {
    function->result = BindType(context, *create.returns);
    if (!function->result) return nullptr;
  }
  if (!parameters) return nullptr;
  function->parameters = *parameters;
  return function;
}

bool CheckSql(BindContext* context, const sql::CreateFunction& create, UserFunction* function) {
  if (create.body == nullptr) {
    context->Error("MR0330", "a SQL function declares its parameters", create.name.span).next_step =
        "Write CREATE FUNCTION f(x INT) RETURNS INT RETURN x + 1;";
    return false;
  }
  if (create.returns_table) {
    context->NotSupported("a SQL function that returns a table", create.name.span,
                          "Write CREATE VIEW, or a query in FROM.");
    return false;
  }
  if (!create.options.empty()) {
    context->Error("MR0330", "a SQL function has no options", create.options[0].key.span);
    return false;
  }
  const auto type = CheckSqlFunction(context, *function);
  if (type && !function->result) function->result = *type;
  return type.has_value();
}

/// The aggregates that are known but one, and perhaps another.
void ReplaceAggregate(BindContext* context, const std::string& without,
                      std::optional<AggregateFunction> with) {
  auto aggregates = std::make_shared<AggregateRegistry>();
  for (const AggregateFunction* known : context->registries.aggregates->All()) {
    if (known->name != without) aggregates->Register(*known);
  }
  if (with) aggregates->Register(*std::move(with));
  context->registries.aggregates = aggregates.get();
  context->catalog->SetAggregates(std::move(aggregates));
}

/// Aggregates are known by one name, whatever database they are in.
bool PutAggregate(BindContext* context, const UserFunction& function) {
  const std::string name = UpperName(function.definition->name);
  if (context->registries.aggregates->Find(name) != nullptr) {
    context->NotSupported("a Python aggregate of the same name as another aggregate",
                          function.definition->name.span, "Choose another name.");
    return false;
  }
  std::vector<DataType> parameters;
  for (const Column& parameter : function.parameters) parameters.push_back(parameter.type);
  const bool checked = function.definition->has_parameters || !parameters.empty();
  ReplaceAggregate(context, {},
                   MakePythonAggregate(name, function.python, std::move(parameters), checked));
  return true;
}

std::string_view KindOf(const UserFunction& function) {
  if (function.python == nullptr) return "SCALAR";
  using Kind = PythonDescription::Kind;
  const Kind kind = function.python->description.kind;
  return kind == Kind::kTable ? "TABLE" : kind == Kind::kAggregate ? "AGGREGATE" : "SCALAR";
}

TextResult Facts(std::vector<std::vector<std::string>> rows) {
  return {{"info name", "info value"}, std::move(rows), {}};
}

std::string YesNoText(bool value) { return value ? "true" : "false"; }

std::optional<TextResult> DescribeBuiltin(const BindContext& context, const std::string& upper,
                                          bool extended) {
  const ScalarFunction* scalar = context.registries.functions->Find(upper);
  const AggregateFunction* aggregate = context.registries.aggregates->Find(upper);
  if (scalar == nullptr && aggregate == nullptr) return std::nullopt;
  std::vector<std::vector<std::string>> rows = {{"is system function", "true"},
                                                {"is temporary", "false"}};
  if (!extended) return Facts(std::move(rows));
  const FunctionDoc& doc = scalar != nullptr ? scalar->doc : aggregate->doc;
  const bool stable = scalar == nullptr || scalar->volatility == Volatility::kImmutable;
  rows.push_back({"kind", scalar != nullptr ? "SCALAR" : "AGGREGATE"});
  rows.push_back({"requirements", "[]"});
  rows.push_back({"is deterministic", YesNoText(stable)});
  rows.push_back({"supports constant folding", YesNoText(scalar != nullptr && stable)});
  rows.push_back({"signature", doc.signature});
  return Facts(std::move(rows));
}

}  // namespace

void BindCreateFunction(BindContext* context, const sql::CreateFunction& create) {
  const std::string path = context->catalog->FunctionPath(create.name, create.system);
  bool skip = false;
  if (!CheckName(context, create, path, &skip) || skip) return;
  const auto function = BindSignature(context, create);
  if (function == nullptr) return;
  if (function->language == "SQL" && !CheckSql(context, create, function.get())) return;
  DropFunction(context, path, create.temporary);  // of CREATE OR REPLACE
  if (function->language == "PYTHON") {
    if (!BindPythonFunction(context, function.get())) return;
    if (function->python->description.kind == PythonDescription::Kind::kAggregate &&
        !PutAggregate(context, *function)) {
      return;
    }
  } else if (function->language != "SQL" && create.has_parameters) {
    context->NotSupported("a signature of a function in " + function->language, create.name.span);
    return;
  }
  context->catalog->Put(UserFunctionPtr(function));
}

bool DropFunction(BindContext* context, const std::string& path, bool temporary) {
  const UserFunctionPtr function = context->catalog->FindFunction(path, temporary);
  if (function != nullptr && KindOf(*function) == "AGGREGATE") {
    ReplaceAggregate(context, UpperName(function->definition->name), std::nullopt);
  }
  return context->catalog->Drop(sql::ObjectKind::kFunction, path, temporary);
}

void BindAlterFunction(BindContext* context, const sql::AlterFunction& alter) {
  Catalog& catalog = *context->catalog;
  const std::string path = catalog.FunctionPath(alter.name, alter.system);
  const UserFunctionPtr known = catalog.FindFunction(path);
  if (known == nullptr) {
    if (alter.if_exists) return;
    Diagnostic& diagnostic = context->Error(
        "MR0207", "unknown FUNCTION '" + alter.name.ToString() + "'", alter.name.span);
    context->Suggest(&diagnostic, alter.name.parts.back().text, catalog.FunctionNames());
    return;
  }
  if (known->language == "SQL" || (alter.action.language && alter.action.language->text == "SQL")) {
    context->NotSupported("ALTER of a SQL function", alter.action.span,
                          "Write DROP FUNCTION and CREATE FUNCTION.");
    return;
  }
  sql::CreateFunction create = *known->definition;
  create.class_name = *alter.action.text;
  create.language = alter.action.language;
  create.if_not_exists = false;
  create.mode = sql::CreateMode::kCreateOrReplace;
  DiagnosticList found;  // at places of the text that created it
  DiagnosticList* const reported = std::exchange(context->diagnostics, &found);
  {
    const SourceScope scope(context, *known->source);
    BindCreateFunction(context, create);
  }
  context->diagnostics = reported;
  for (Diagnostic& entry : found.mutable_entries()) {
    entry.labels.clear();
    reported->Add(std::move(entry.At(alter.action.text->span)));
  }
}

std::optional<TextResult> DescribeFunction(BindContext* context, const sql::Describe& describe) {
  const Catalog& catalog = *context->catalog;
  UserFunctionPtr function = catalog.FindFunction(catalog.FunctionPath(describe.name, true));
  if (function == nullptr) {
    function = catalog.FindFunction(catalog.FunctionPath(describe.name, false));
    if (describe.name.parts.size() == 1) {
      const std::string upper = UpperName(describe.name);
      const AggregateFunction* aggregate = context->registries.aggregates->Find(upper);
      const bool own = aggregate != nullptr && aggregate->doc.group == kPythonGroup;
      auto builtin = own ? std::nullopt : DescribeBuiltin(*context, upper, describe.extended);
      if (builtin) return builtin;
    }
  }
  if (function == nullptr) {
    Diagnostic& diagnostic = context->Error(
        "MR0207", "unknown FUNCTION '" + describe.name.ToString() + "'", describe.name.span);
    context->Suggest(&diagnostic, describe.name.parts.back().text, catalog.FunctionNames());
    return std::nullopt;
  }
  const sql::CreateFunction& definition = *function->definition;
  std::vector<std::vector<std::string>> rows = {
      {"is system function", YesNoText(definition.system)},
      {"is temporary", YesNoText(definition.temporary)},
      {"function language", function->language}};
  if (function->language != "SQL") rows.push_back({"class name", definition.class_name.value});
  if (describe.extended) {
    rows.push_back({"kind", std::string(KindOf(*function))});
    if (function->python != nullptr) {
      rows.push_back({"is deterministic", YesNoText(function->python->description.deterministic)});
    }
    rows.push_back({"signature", SignatureText(*function)});
    if (function->result) rows.push_back({"result", function->result->Nullable().ToString()});
    if (definition.body != nullptr) {
      const Span span = definition.body->span;
      const std::string& text = definition.class_name.value;
      rows.push_back({"body", text.empty()
                                  ? function->source->substr(span.begin, span.end - span.begin)
                                  : text});
    }
  }
  return Facts(std::move(rows));
}

UserFunctionPtr FindUserFunction(const BindContext& context, const sql::FunctionCall& call) {
  const Catalog& catalog = *context.catalog;
  if (call.name.parts.size() == 1) {
    if (auto system = catalog.FindFunction(catalog.FunctionPath(call.name, true))) return system;
    if (context.registries.functions->Find(call.upper_name) != nullptr ||
        context.registries.aggregates->Find(call.upper_name) != nullptr) {
      return nullptr;
    }
  }
  return catalog.FindFunction(catalog.FunctionPath(call.name, false));
}

std::string SignatureText(const UserFunction& function) {
  std::string text = function.definition->name.ToString() + "(";
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    const Column& parameter = function.parameters[i];
    text += (i == 0 ? "" : ", ") + parameter.name + " " + parameter.type.ToString();
  }
  return text + ")";
}

}  // namespace millrace
