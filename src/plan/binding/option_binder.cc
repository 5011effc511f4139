// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/option_binder.h"

#include <algorithm>
#include <array>

#include "diagnostics/nearest.h"
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

/// Connectors and formats of Flink and its projects that are not here.
constexpr auto kOfFlink = std::to_array<std::string_view>({"avro",
                                                           "avro-confluent",
                                                           "avro-glue",
                                                           "canal-json",
                                                           "debezium-avro-confluent",
                                                           "dynamic-kafka",
                                                           "dynamodb",
                                                           "elasticsearch",
                                                           "elasticsearch-6",
                                                           "elasticsearch-7",
                                                           "elasticsearch-8",
                                                           "firehose",
                                                           "hbase-1.4",
                                                           "hbase-2.2",
                                                           "hive",
                                                           "jdbc",
                                                           "kinesis",
                                                           "kinesis-legacy",
                                                           "maxwell-json",
                                                           "mongodb",
                                                           "mongodb-cdc",
                                                           "mysql-cdc",
                                                           "opensearch",
                                                           "opensearch-2",
                                                           "oracle-cdc",
                                                           "orc",
                                                           "paimon",
                                                           "postgres-cdc",
                                                           "prometheus",
                                                           "protobuf",
                                                           "pulsar",
                                                           "socket",
                                                           "sqlserver-cdc",
                                                           "sqs"});

void ReportUnknownName(BindContext* context, std::string_view what, const std::string& name,
                       const std::vector<std::string>& world, Span span) {
  std::string known;
  for (const std::string& entry : world) known += (known.empty() ? "" : ", ") + entry;
  const bool of_flink = std::ranges::binary_search(kOfFlink, name);
  Diagnostic& diagnostic = context->Error(
      "MR0504",
      std::string(what) + " '" + name + "' is " +
          (of_flink ? "one of Flink that is not supported yet" : "not known or not supported yet"),
      span);
  diagnostic.detail = "available: " + known;
  if (of_flink) return;
  context->Suggest(&diagnostic, name, world, /*quote_as_identifier=*/false);
  if (!diagnostic.try_text.empty()) diagnostic.try_text = sql::QuoteString(diagnostic.try_text);
}

/// Binds one format option: `key` names the format, whose own options have `prefix` and its name.
class FormatBinder {
 public:
  FormatBinder(BindContext* context, std::map<std::string, OptionValue>* rest,
               const std::vector<sql::Option>& written, Span fallback)
      : context_(context), rest_(rest), written_(written), fallback_(fallback) {}

  bool Bind(const std::string& key, const std::string& prefix, const Format** format,
            Options* options) {
    const auto option = rest_->find(key);
    const std::string name = option->second.text;
    const sql::Option* place = FindWritten(written_, key);
    *format = context_->registries.formats->Find(name);
    if (*format == nullptr) {
      ReportUnknownName(context_, "format", name, context_->registries.formats->Names(),
                        place != nullptr ? place->value.span : fallback_);
      rest_->erase(option);
      TakePrefixed(rest_, prefix + name + ".");
      return false;
    }
    rest_->erase(option);
    const std::string own = prefix + name + ".";
    *options = Options((*format)->options(), TakePrefixed(rest_, own));
    const auto problems = options->Validate("format '" + name + "'");
    ReportOptionProblems(context_, problems, own, written_, fallback_);
    return problems.empty();
  }

  bool Refuse(const std::string& code, const std::string& key, const std::string& message,
              const std::string& next_step) {
    const sql::Option* place = FindWritten(written_, key);
    context_->Error(code, message, place != nullptr ? place->key.span : fallback_).next_step =
        next_step;
    return false;
  }

  bool Has(const std::string& key) const { return rest_->contains(key); }
  std::string Get(const std::string& key) const {
    const auto found = rest_->find(key);
    return found == rest_->end() ? std::string() : found->second.text;
  }

 private:
  BindContext* context_;
  std::map<std::string, OptionValue>* rest_;
  const std::vector<sql::Option>& written_;
  Span fallback_;
};

constexpr const char* kAlignmentGroup = "scan.watermark.alignment.group";
constexpr const char* kAlignmentDrift = "scan.watermark.alignment.max-drift";
constexpr const char* kAlignmentHelp =
    "Accepted for Flink; how far sources run apart changes no result.";

/// What Flink knows for every source. Watermarks follow each row, which both strategies allow.
std::vector<OptionSpec> WatermarkOptions() {
  return {{.key = "scan.watermark.emit.strategy",
           .type = OptionType::kEnum,
           .default_value = "on-periodic",
           .choices = {"on-periodic", "on-event"},
           .help = "Accepted for Flink; a watermark follows each row."},
          {.key = std::string(kScanIdleTimeout),
           .type = OptionType::kDuration,
           .help = "A split that is silent for this long does not hold the watermark."},
          {.key = kAlignmentGroup, .help = kAlignmentHelp},
          {.key = kAlignmentDrift, .type = OptionType::kDuration, .help = kAlignmentHelp},
          {.key = "scan.watermark.alignment.update-interval",
           .type = OptionType::kDuration,
           .help = kAlignmentHelp}};
}

/// Takes them out of `rest`.
bool BindWatermarkOptions(BindContext* context, Table* table,
                          std::map<std::string, OptionValue>* rest,
                          const std::vector<sql::Option>& written, Span fallback) {
  std::map<std::string, OptionValue> values;
  const std::vector<OptionSpec> specs = WatermarkOptions();
  for (const OptionSpec& spec : specs) {
    if (const auto option = rest->find(spec.key); option != rest->end()) {
      values.insert(rest->extract(option));
    }
  }
  const Options options(specs, std::move(values));
  const auto problems = options.Validate("table '" + table->name + "'");
  ReportOptionProblems(context, problems, "", written, fallback);
  if (options.Has(kAlignmentGroup) == options.Has(kAlignmentDrift)) return problems.empty();
  const bool group = options.Has(kAlignmentGroup);
  const sql::Option* place = FindWritten(written, group ? kAlignmentGroup : kAlignmentDrift);
  context->Error("MR0502",
                 "table '" + table->name + "' lacks option '" +
                     (group ? kAlignmentDrift : kAlignmentGroup) + "'",
                 place != nullptr ? place->key.span : fallback);
  return false;
}

/// 'a;b' as physical columns.
bool FindKeyFields(FormatBinder* binder, const std::string& fields, Table* table) {
  const Schema physical = table->physical_schema();
  for (size_t at = 0; at < fields.size();) {
    const size_t end = std::min(fields.find(';', at), fields.size());
    const std::string name = fields.substr(at, end - at);
    at = end + 1;
    const auto column = physical.Find(name);
    if (!column) {
      return binder->Refuse(
          "MR0503", "key.fields",
          "'" + name + "' of 'key.fields' is no physical column of table '" + table->name + "'",
          "Name columns that are neither computed nor metadata.");
    }
    table->key_columns.push_back(*column);
  }
  return true;
}

/// Which columns key and value of a message hold.
bool BindRecordColumns(FormatBinder* binder, Connector::RecordKeys keys, Table* table) {
  const Schema physical = table->physical_schema();
  table->key_columns.clear();
  table->value_columns.clear();
  table->key_prefix = binder->Get("key.fields-prefix");
  if (keys == Connector::RecordKeys::kPrimaryKey) {
    for (const size_t column : table->primary_key) {
      if (const auto found = physical.Find(table->columns[column].name)) {
        table->key_columns.push_back(*found);
      }
    }
  } else if (!FindKeyFields(binder, binder->Get("key.fields"), table)) {
    return false;
  }
  for (const size_t column : table->key_columns) {
    if (physical[column].name.starts_with(table->key_prefix)) continue;
    return binder->Refuse("MR0503", "key.fields-prefix",
                          "key column '" + physical[column].name + "' lacks the prefix '" +
                              table->key_prefix + "' of 'key.fields-prefix'",
                          "Rename the column, or take the prefix out.");
  }
  const std::string include = binder->Get("value.fields-include");
  const bool except_key = include == "EXCEPT_KEY" || include == "except_key";
  if (!table->key_prefix.empty() && !except_key) {
    return binder->Refuse("MR0503", "key.fields-prefix",
                          "'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY'",
                          "Key columns then come from the key only.");
  }
  for (size_t column = 0; column < physical.size(); ++column) {
    if (except_key && std::ranges::find(table->key_columns, column) != table->key_columns.end()) {
      continue;
    }
    table->value_columns.push_back(column);
  }
  return true;
}

/// Changes come from the connector (upserts by key) or from the format, and only a table of changes
/// has a key.
bool CheckKeyOfChanges(FormatBinder* binder, bool upserts, const Table& table,
                       const std::string& value_format) {
  const std::string connector = "connector '" + std::string(table.connector->name()) + "'";
  const bool rows_only = table.format->changelog_mode().insert_only();
  if (upserts && !rows_only) {
    return binder->Refuse("MR0506", value_format,
                          connector + " needs a format of rows; '" +
                              std::string(table.format->name()) + "' is one of changes",
                          "Use 'connector' = 'kafka', or a format such as 'json'.");
  }
  if (!upserts && rows_only && !table.primary_key.empty()) {
    return binder->Refuse("MR0506", "connector",
                          connector + " cannot keep a PRIMARY KEY: a topic is a log of all rows",
                          "Use 'connector' = 'upsert-kafka', or take the PRIMARY KEY out.");
  }
  return true;
}

/// 'format' or 'value.format', 'key.format', and what they hold.
bool BindMessageFormats(FormatBinder* binder, Connector::RecordKeys keys, Table* table) {
  const bool upserts = keys == Connector::RecordKeys::kPrimaryKey;
  const std::string connector = "connector '" + std::string(table->connector->name()) + "'";
  table->key_format = nullptr;
  if (upserts && table->primary_key.empty()) {
    return binder->Refuse("MR0506", "connector", connector + " needs a PRIMARY KEY",
                          "Add PRIMARY KEY (..) NOT ENFORCED: it is the key of the records.");
  }
  if (binder->Has("format") && binder->Has("value.format")) {
    return binder->Refuse("MR0503", "format", "'format' and 'value.format' say the same thing",
                          "Keep one of them.");
  }
  const bool plain = binder->Has("format");
  if (!plain && !binder->Has("value.format")) {
    return binder->Refuse("MR0502", "format", connector + " needs the option 'value.format'",
                          "Add 'format' = 'json' (or csv, raw) to WITH.");
  }
  const bool has_key = binder->Has("key.format");
  if (upserts && !has_key) {
    return binder->Refuse("MR0502", "key.format", connector + " needs the option 'key.format'",
                          "Add 'key.format' = 'json' (or csv, raw) to WITH.");
  }
  if (!upserts && has_key != binder->Has("key.fields")) {
    return binder->Refuse("MR0502", has_key ? "key.format" : "key.fields",
                          "'key.format' and 'key.fields' go together",
                          has_key ? "Add 'key.fields' = 'column;column'."
                                  : "Add 'key.format' = 'json' (or csv, raw).");
  }
  if (!BindRecordColumns(binder, keys, table)) return false;
  bool ok = true;
  if (has_key) {
    ok = binder->Bind("key.format", "key.", &table->key_format, &table->key_format_options);
  }
  const std::string value_format = plain ? "format" : "value.format";
  return binder->Bind(value_format, plain ? "" : "value.", &table->format,
                      &table->format_options) &&
         ok && CheckKeyOfChanges(binder, upserts, *table, value_format);
}

bool BindFormats(BindContext* context, Table* table, std::map<std::string, OptionValue>* rest,
                 const std::vector<sql::Option>& written, Span fallback) {
  FormatBinder binder(context, rest, written, fallback);
  const Connector::RecordKeys keys = table->connector->record_keys();
  if (keys != Connector::RecordKeys::kNone) return BindMessageFormats(&binder, keys, table);
  if (!binder.Has("format")) {
    return binder.Refuse(
        "MR0502", "format",
        "connector '" + std::string(table->connector->name()) + "' needs the option 'format'",
        "Add 'format' = 'json' (or csv, parquet) to WITH.");
  }
  return binder.Bind("format", "", &table->format, &table->format_options);
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
  // A key that is missing because it is misspelt is said once.
  const auto misspelt = [&](const Options::Problem& problem) {
    return std::ranges::any_of(problems, [&](const Options::Problem& other) {
      return other.code == "MR0501" &&
             std::ranges::find(other.candidates, problem.key) != other.candidates.end();
    });
  };
  for (const Options::Problem& problem : problems) {
    if (problem.code == "MR0502" && misspelt(problem)) continue;
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

namespace {

/// An unknown option of a connector may be one of a format: without its prefix, or of another one.
void NameFormatOption(const BindContext& context, const Table& table, Options::Problem* problem) {
  if (table.format == nullptr) return;
  const std::string format(table.format->name());
  for (const OptionSpec& spec : table.format->options()) {
    if (spec.key == problem->key) problem->candidates = {format + "." + problem->key};
  }
  const std::string prefix = problem->key.substr(0, problem->key.find('.'));
  if (prefix == format || context.registries.formats->Find(prefix) == nullptr) return;
  problem->message = "option '" + problem->key + "' is one of format '" + prefix +
                     "', and this table has the format '" + format + "'";
}

}  // namespace

bool BindConnector(BindContext* context, Table* table, const std::vector<sql::Option>& written,
                   Span fallback) {
  std::map<std::string, OptionValue> rest = table->raw_options;
  const auto connector = rest.find("connector");
  if (connector == rest.end()) {
    const sql::Option* meant = nullptr;
    for (const sql::Option& option : written) {
      if (!NearestNames(option.key.value, {"connector"}).empty()) meant = &option;
    }
    Diagnostic& diagnostic =
        context->Error("MR0502", "table '" + table->name + "' has no option 'connector'",
                       meant != nullptr ? meant->key.span : fallback);
    if (meant != nullptr) {
      diagnostic.candidates = {"connector"};
      diagnostic.try_text = "'connector'";
      return false;
    }
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
  if (table->connector->needs_format()) ok = BindFormats(context, table, &rest, written, fallback);
  if (table->connector->can_read()) {
    ok = BindWatermarkOptions(context, table, &rest, written, fallback) && ok;
  }
  // What is wrong with them has been said.
  for (const char* key : {"format", "value.format", "key.format"}) {
    if (!ok) rest.erase(key);
  }
  table->connector_options = Options(table->connector->options(), std::move(rest));
  // A password is masked wherever options are shown, also when it was written out.
  for (const OptionSpec& spec : table->connector_options.specs()) {
    const auto option = table->raw_options.find(spec.key);
    if (spec.secret && option != table->raw_options.end()) option->second.secret = true;
  }
  auto problems = table->connector_options.Validate("connector '" + name + "'");
  for (Options::Problem& problem : problems) {
    if (problem.code == "MR0501") NameFormatOption(*context, *table, &problem);
  }
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
