// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/option_binder.h"

#include "plan/binding/table_binder.h"
#include "sql/printer.h"

namespace millrace {
namespace {

const sql::Option* FindWritten(const std::vector<sql::Option>& written, const std::string& key) {
  for (const sql::Option& option : written) {
    if (option.key.value == key) return &option;
  }
  return nullptr;
}

Result<std::string> ResolveOne(const std::string& name, const Environment& env) {
  if (name.starts_with("file:")) {
    auto text = env.disk->ReadAll(name.substr(5));
    if (!text) return std::unexpected(text.error());
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
    return *text;
  }
  const std::string variable = name.starts_with("env:") ? name.substr(4) : name;
  const auto value = env.variables ? env.variables(variable) : std::nullopt;
  if (!value) return UserError("MR0510", "environment variable '" + variable + "' is not set");
  return *value;
}

/// Keys of the form `<format>.<key>`, with the prefix taken off.
std::map<std::string, OptionValue> TakePrefixed(std::map<std::string, OptionValue>* options,
                                                const std::string& prefix) {
  std::map<std::string, OptionValue> taken;
  for (auto it = options->begin(); it != options->end();) {
    if (it->first.starts_with(prefix)) {
      taken[it->first.substr(prefix.size())] = it->second;
      it = options->erase(it);
    } else {
      ++it;
    }
  }
  return taken;
}

void ReportUnknownName(BindContext* context, std::string_view what, const std::string& name,
                       const std::vector<std::string>& world, Span span) {
  std::string known;
  for (const std::string& entry : world) known += (known.empty() ? "" : ", ") + entry;
  Diagnostic& diagnostic = context->Error(
      "MR0504", std::string(what) + " '" + name + "' is not known or not supported yet", span);
  diagnostic.detail = "available: " + known;
  context->Suggest(&diagnostic, name, world, /*quote_as_identifier=*/false);
  if (!diagnostic.try_text.empty()) diagnostic.try_text = sql::QuoteString(diagnostic.try_text);
}

bool BindFormat(BindContext* context, Table* table, std::map<std::string, OptionValue>* rest,
                const std::vector<sql::Option>& written, Span fallback) {
  const auto format = rest->find("format");
  if (format == rest->end()) {
    Diagnostic& diagnostic = context->Error(
        "MR0502",
        "connector '" + std::string(table->connector->name()) + "' needs the option 'format'",
        fallback);
    diagnostic.next_step = "Add 'format' = 'json' (or csv, parquet) to WITH.";
    return false;
  }
  const std::string name = format->second.text;
  const sql::Option* place = FindWritten(written, "format");
  const Span span = place != nullptr ? place->value.span : fallback;
  table->format = context->registries.formats->Find(name);
  if (table->format == nullptr) {
    ReportUnknownName(context, "format", name, context->registries.formats->Names(), span);
    return false;
  }
  rest->erase(format);
  const std::string prefix = name + ".";
  table->format_options = Options(table->format->options(), TakePrefixed(rest, prefix));
  const auto problems = table->format_options.Validate("format '" + name + "'");
  ReportOptionProblems(context, problems, prefix, written, fallback);
  return problems.empty();
}

}  // namespace

Result<OptionValue> ResolveReferences(const std::string& text, const Environment& env) {
  OptionValue value;
  size_t position = 0;
  while (position < text.size()) {
    const size_t start = text.find("${", position);
    const size_t end = start == std::string::npos ? start : text.find('}', start);
    if (end == std::string::npos) break;
    value.text += text.substr(position, start - position);
    auto resolved = ResolveOne(text.substr(start + 2, end - start - 2), env);
    if (!resolved) return std::unexpected(resolved.error());
    value.text += *resolved;
    value.secret = true;
    position = end + 1;
  }
  value.text += text.substr(position);
  return value;
}

void ReportOptionProblems(BindContext* context, const std::vector<Options::Problem>& problems,
                          const std::string& prefix, const std::vector<sql::Option>& written,
                          Span fallback) {
  for (const Options::Problem& problem : problems) {
    const std::string key = prefix + problem.key;
    const sql::Option* option = FindWritten(written, key);
    const bool about_key = problem.code == "MR0501";
    const Span span = option == nullptr ? fallback
                      : about_key       ? option->key.span
                                        : option->value.span;
    Diagnostic& diagnostic = context->Error(problem.code, problem.message, span);
    for (const std::string& candidate : problem.candidates) {
      diagnostic.candidates.push_back((about_key ? prefix : "") + candidate);
    }
    if (option != nullptr && !diagnostic.candidates.empty()) {
      diagnostic.try_text = sql::QuoteString(diagnostic.candidates.front());
    }
  }
}

bool BindConnector(BindContext* context, Table* table, const std::vector<sql::Option>& written,
                   Span fallback) {
  std::map<std::string, OptionValue> rest = table->raw_options;
  const auto connector = rest.find("connector");
  if (connector == rest.end()) {
    Diagnostic& diagnostic =
        context->Error("MR0502", "table '" + table->name + "' has no option 'connector'", fallback);
    for (const std::string& name : context->registries.connectors->Names()) {
      diagnostic.detail += (diagnostic.detail.empty() ? "available: " : ", ") + name;
    }
    return false;
  }
  const std::string name = connector->second.text;
  const sql::Option* place = FindWritten(written, "connector");
  table->connector = context->registries.connectors->Find(name);
  if (table->connector == nullptr) {
    ReportUnknownName(context, "connector", name, context->registries.connectors->Names(),
                      place != nullptr ? place->value.span : fallback);
    return false;
  }
  rest.erase(connector);
  bool ok = true;
  if (table->connector->needs_format()) ok = BindFormat(context, table, &rest, written, fallback);
  table->connector_options = Options(table->connector->options(), std::move(rest));
  const auto problems = table->connector_options.Validate("connector '" + name + "'");
  ReportOptionProblems(context, problems, "", written, fallback);
  return ok && problems.empty();
}

std::optional<std::map<std::string, OptionValue>> BindOptions(
    BindContext* context, const std::vector<sql::Option>& options) {
  std::map<std::string, OptionValue> bound;
  bool ok = true;
  for (const sql::Option& option : options) {
    auto value = ResolveReferences(option.value.value, context->env);
    if (!value) {
      context->Report(value.error(), option.value.span);
      ok = false;
      continue;
    }
    if (!bound.emplace(option.key.value, *std::move(value)).second) {
      context->Error("MR0511", "option '" + option.key.value + "' is given twice", option.key.span);
      ok = false;
    }
  }
  if (!ok) return std::nullopt;
  return bound;
}

}  // namespace millrace
