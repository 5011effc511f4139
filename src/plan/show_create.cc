// SPDX-License-Identifier: Apache-2.0
#include "plan/show_create.h"

#include "sql/printer.h"

namespace millrace {
namespace {

std::string QuotePath(const std::string& path) {
  std::string text;
  size_t start = 0;
  for (size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size() && path[i] != '.') continue;
    text += (text.empty() ? "`" : ".`") + path.substr(start, i - start) + "`";
    start = i + 1;
  }
  return text;
}

std::string OptionsText(const std::map<std::string, OptionValue>& options) {
  std::string text;
  for (const auto& [key, value] : options) {
    text += (text.empty() ? "" : ",\n") + ("  " + sql::QuoteString(key)) + " = " +
            sql::QuoteString(value.secret ? "***" : value.text);
  }
  return text.empty() ? "" : "WITH (\n" + text + "\n)";
}

/// CREATE .. as the CREATE TEMPORARY that it was.
std::string AsTemporary(std::string text, bool temporary) {
  constexpr std::string_view kCreate = "CREATE ";
  if (temporary) text.insert(kCreate.size(), "TEMPORARY ");
  return text;
}

std::string ModelText(const Model& model) {
  const auto columns = [](const Schema& schema) {
    std::string text;
    for (const Column& column : schema) {
      text += (text.empty() ? "" : ", ") + sql::QuoteIdentifier(column.name) + " " +
              column.type.ToString();
    }
    return text;
  };
  std::map<std::string, OptionValue> options = model.definition.options.values();
  options["provider"] = {std::string(model.backend->provider()), false};
  return "CREATE MODEL " + QuotePath(model.path) + "\nINPUT (" + columns(model.definition.input) +
         ")\nOUTPUT (" + columns(model.definition.output) + ")\n" + OptionsText(options);
}

}  // namespace

std::string DeclarationText(const Table& table) {
  std::string text = "CREATE TABLE " + QuotePath(table.path) + " (\n";
  std::vector<std::string> lines;
  for (const TableColumn& column : table.columns) {
    std::string line = "  " + sql::QuoteIdentifier(column.name) + " ";
    const std::string type = column.type.WithTimeAttribute(TimeAttribute::kNone).ToString();
    switch (column.kind) {
      case TableColumn::Kind::kPhysical: line += type; break;
      case TableColumn::Kind::kMetadata:
        line += type + " METADATA FROM " + sql::QuoteString(column.metadata_key) +
                (column.is_virtual ? " VIRTUAL" : "");
        break;
      case TableColumn::Kind::kComputed: line += "AS " + column.text; break;
    }
    if (!column.comment.empty()) line += " COMMENT " + sql::QuoteString(column.comment);
    lines.push_back(std::move(line));
  }
  if (table.watermark) {
    lines.push_back("  WATERMARK FOR " +
                    sql::QuoteIdentifier(table.columns[table.watermark->column].name) + " AS " +
                    table.watermark->text);
  }
  if (!table.primary_key.empty()) {
    std::string key;
    for (const size_t index : table.primary_key) {
      key += (key.empty() ? "" : ", ") + sql::QuoteIdentifier(table.columns[index].name);
    }
    lines.push_back("  PRIMARY KEY (" + key + ") NOT ENFORCED");
  }
  for (size_t i = 0; i < lines.size(); ++i)
    text += lines[i] + (i + 1 < lines.size() ? ",\n" : "\n");
  text += ") ";
  for (size_t i = 0; i < table.partition_keys.size(); ++i) {
    text += (i == 0 ? "PARTITIONED BY (" : ", ") + sql::QuoteIdentifier(table.partition_keys[i]);
  }
  return table.partition_keys.empty() ? text : text + ")\n";
}

std::string ShowCreate(const Catalog& catalog, sql::ObjectKind kind, const std::string& path) {
  if (kind == sql::ObjectKind::kTable) {
    const TablePtr table = catalog.FindTable(path);
    if (table == nullptr) return "";
    return AsTemporary(DeclarationText(*table) + OptionsText(table->raw_options),
                       catalog.IsTemporary(kind, path));
  }
  if (kind == sql::ObjectKind::kView) {
    const ViewPtr view = catalog.FindView(path);
    return view == nullptr ? "" : sql::Print(*view->definition);
  }
  if (kind == sql::ObjectKind::kModel) {
    const ModelPtr model = catalog.FindModel(path);
    return model == nullptr ? "" : AsTemporary(ModelText(*model), catalog.IsTemporary(kind, path));
  }
  return "";
}

}  // namespace millrace
