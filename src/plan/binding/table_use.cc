// SPDX-License-Identifier: Apache-2.0
// A table's use in a statement: hints, extras, static checks, and the scan.
#include <algorithm>

#include "connectors/letter_topic.h"
#include "connectors/partition_metadata.h"
#include "plan/binding/option_binder.h"
#include "plan/binding/table_binder.h"
#include "plan/late_rows.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/record_schema.h"

namespace millrace {
namespace {

constexpr std::string_view kFutureLimit = "future-limit";  // extra option of a table
constexpr std::string_view kRepeatedChanges = "table.exec.source.cdc-events-duplicate";

/// Extras that every table understands.
const std::vector<OptionSpec>& GeneralExtras() {
  static const std::vector<OptionSpec> kExtras = {
      {"dead-letter.path",
       OptionType::kString,
       "",
       false,
       false,
       {},
       "File that takes this table's dead letters instead of the one in the data directory."},
      {std::string(kLetterTopic),
       OptionType::kString,
       "",
       false,
       false,
       {},
       "Topic, in the system that this table is in, that takes its dead letters, too: key and "
       "value "
       "as they were read, with headers in the convention of Kafka Connect."},
      {std::string(kFutureLimit),
       OptionType::kDuration,
       "",
       false,
       false,
       {},
       "A row with an event time that far ahead of the wall clock and of all rows before it is a "
       "dead letter; 0 = none is. Holds for a table that ends, too. Default: "
       "millrace.source.future-limit, if the table does not end."},
      {std::string(kLateRows),
       OptionType::kEnum,
       "drop",
       false,
       false,
       {"drop", "table", "dead-letter"},
       "Rows that come too late for a window, a window join or OVER: counted and dropped, or also "
       "rows of the relation <table>$late, or dead letters."},
  };
  return kExtras;
}

/// Physical columns, then metadata columns.
std::vector<size_t> StoredColumns(const Table& table) {
  std::vector<size_t> stored;
  for (const auto kind : {TableColumn::Kind::kPhysical, TableColumn::Kind::kMetadata}) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].kind == kind) stored.push_back(i);
    }
  }
  return stored;
}

/// What reads the stored columns, with computed columns, all in declaration order.
PlanNodePtr WithComputedColumns(PlanNodePtr plan, const Table& table,
                                const std::vector<size_t>& stored) {
  if (stored.size() == table.columns.size() && std::is_sorted(stored.begin(), stored.end())) {
    return plan;
  }
  std::vector<int> position(table.columns.size(), -1);
  for (size_t i = 0; i < stored.size(); ++i) position[stored[i]] = static_cast<int>(i);
  std::vector<ExpressionPtr> projections;
  std::vector<std::string> names;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    projections.push_back(
        column.expression
            ? column.expression->Remap(position)
            : Expression::InputRef(position[i], column.type.WithTimeAttribute(TimeAttribute::kNone),
                                   column.name));
    names.push_back(column.name);
  }
  return std::make_shared<CalcNode>(std::move(plan), nullptr, std::move(projections),
                                    std::move(names));
}

/// The table as it is read: partition columns are not in the files but in their paths, so they are
/// metadata to a scan.
TablePtr WithPartitionColumns(const TablePtr& table) {
  if (table->partition_keys.empty()) return table;
  auto changed = std::make_shared<Table>(*table);
  for (TableColumn& column : changed->columns) {
    if (column.kind != TableColumn::Kind::kPhysical ||
        std::ranges::find(table->partition_keys, column.name) == table->partition_keys.end()) {
      continue;
    }
    column.kind = TableColumn::Kind::kMetadata;
    column.metadata_key = PartitionMetadataKey(column.name);
    column.is_virtual = true;
  }
  return changed;
}

/// A change that comes again is found by the key.
bool MayRepeatChanges(const BindContext& context, const Table& table) {
  return table.format != nullptr && !table.format->changelog_mode().insert_only() &&
         context.settings->GetBoolean(std::string(kRepeatedChanges));
}

bool CheckRepeatedChanges(BindContext* context, const Table& table, Span span) {
  if (!MayRepeatChanges(*context, table) || !table.primary_key.empty()) return true;
  context
      ->Error("MR0506",
              "table '" + table.name + "' needs a PRIMARY KEY: '" + std::string(kRepeatedChanges) +
                  "' = 'true' says that its changes may come twice",
              span)
      .next_step = "Add PRIMARY KEY (..) NOT ENFORCED to CREATE TABLE.";
  return false;
}

/// Columns of metadata that can only be read must be VIRTUAL in a table that is written.
bool CheckWritableMetadata(BindContext* context, const Table& table, Span span) {
  for (const TableColumn& column : table.columns) {
    if (column.kind != TableColumn::Kind::kMetadata || column.is_virtual) continue;
    for (const MetadataColumn& metadata : table.connector->metadata()) {
      if (metadata.key != column.metadata_key || metadata.writable) continue;
      context
          ->Error("MR0206",
                  "column '" + column.name + "' of table '" + table.name +
                      "' cannot be written: '" + metadata.key + "' is metadata for reading only",
                  span)
          .next_step = "Add VIRTUAL to the column; it then takes no part in INSERT.";
      return false;
    }
  }
  return true;
}

}  // namespace

TablePtr WithHints(BindContext* context, TablePtr table, const std::vector<sql::Hint>& hints,
                   Span span) {
  std::vector<sql::Option> overrides;
  for (const sql::Hint& hint : hints) {
    if (hint.name != "OPTIONS") {
      context->NotSupported("hint " + hint.name, hint.span);
      return nullptr;
    }
    for (const sql::HintArgument& argument : hint.arguments) {
      if (!argument.key) {
        context->Error("MR0509", "OPTIONS takes 'key' = 'value'", hint.span);
        return nullptr;
      }
      overrides.push_back({*argument.key, argument.value});
    }
  }
  if (overrides.empty()) return table;
  const auto bound = BindOptions(context, overrides);
  if (!bound) return nullptr;
  auto changed = std::make_shared<Table>(*table);
  for (const auto& [key, value] : *bound) changed->raw_options[key] = value;
  if (!BindConnector(context, changed.get(), overrides, span)) return nullptr;
  for (const auto& [key, value] : *bound) {
    changed->scan_note += (changed->scan_note.empty() ? "" : ", ") + key + "=" +
                          (changed->raw_options[key].secret ? std::string("***") : value.text);
  }
  return changed;
}

TablePtr PrepareUse(BindContext* context, TablePtr table, bool for_write, Span span) {
  const bool possible = for_write ? table->connector->can_write() : table->connector->can_read();
  const std::string connector(table->connector->name());
  if (!possible) {
    context->Error("MR0506",
                   "connector '" + connector + "' cannot be " +
                       (for_write ? "written to" : "read from") + " (table '" + table->name + "')",
                   span);
    return nullptr;
  }
  if (!for_write) table = WithPartitionColumns(table);
  if (!for_write && !CheckRepeatedChanges(context, *table, span)) return nullptr;
  if (for_write && !CheckWritableMetadata(context, *table, span)) return nullptr;
  const auto extras = context->settings->TableExtras(table->name);
  if (!extras.empty()) {
    std::vector<OptionSpec> specs = table->connector->extra_options();
    const auto& general = GeneralExtras();
    specs.insert(specs.end(), general.begin(), general.end());
    const Options options(std::move(specs), extras);
    const auto problems = options.Validate("millrace.table." + table->name);
    ReportOptionProblems(context, problems, "", {}, span);
    if (!problems.empty()) return nullptr;
    if (extras.contains(std::string(kLetterTopic)) &&
        dynamic_cast<const LetterTopicMaker*>(table->connector) == nullptr) {
      context
          ->Error("MR0506",
                  "'dead-letter.topic' needs a table that lies in Kafka; table '" + table->name +
                      "' has the connector '" + connector + "'",
                  span)
          .next_step = "'dead-letter.path' names a file instead.";
      return nullptr;
    }
    auto changed = std::make_shared<Table>(*table);
    changed->extras = extras;
    table = changed;
  }
  if (table->format != nullptr) {
    const bool message = table->connector->record_keys() != Connector::RecordKeys::kNone;
    const Schema schema = message     ? ValueSchema(*table)
                          : for_write ? table->write_schema()
                                      : table->physical_schema();
    Status status = table->format->CheckSchema(schema, table->format_options, for_write);
    if (status && table->key_format != nullptr) {
      status =
          table->key_format->CheckSchema(KeySchema(*table), table->key_format_options, for_write);
    }
    if (!status) {
      context->Report(status.error(), span);
      return nullptr;
    }
  }
  TableContext use;
  use.table = table->name;
  use.schema = for_write ? table->write_schema() : table->physical_schema();
  use.primary_key = table->primary_key;
  use.partition_keys = table->partition_keys;
  use.options = table->connector_options;
  use.extras = table->extras;
  use.env = context->env;
  use.metadata_keys = table->metadata_keys(for_write);
  use.whole_files = table->format != nullptr && table->format->is_file_format();
  const Status status = table->connector->Check(use, for_write);
  if (!status) {
    context->Report(status.error(), span);
    return nullptr;
  }
  return table;
}

namespace {

WatermarkNode::Limits LimitsOf(const Settings& settings, const Table& table) {
  WatermarkNode::Limits limits;
  limits.idle_timeout_ms = settings.GetDuration("table.exec.source.idle-timeout").count();
  if (limits.idle_timeout_ms == 0) {
    limits.idle_timeout_ms = settings.GetDuration("millrace.source.idle-timeout").count();
  }
  if (const auto own = table.raw_options.find(std::string(kScanIdleTimeout));
      own != table.raw_options.end()) {
    if (const auto duration = ParseDuration(own->second.text)) {
      limits.idle_timeout_ms = duration->count();
    }
  }
  limits.future_ms = settings.GetDuration("millrace.source.future-limit").count();
  if (const auto own = table.extras.find(std::string(kFutureLimit)); own != table.extras.end()) {
    if (const auto duration = ParseDuration(own->second.text)) {
      limits.future_ms = duration->count();
      limits.future_if_bounded = true;
    }
  }
  return limits;
}

}  // namespace

PlanNodePtr BuildScan(BindContext* context, const TablePtr& table) {
  const std::vector<size_t> stored = StoredColumns(*table);
  PlanNodePtr plan = WithComputedColumns(std::make_shared<ScanNode>(table, stored), *table, stored);
  if (table->watermark) {
    plan = std::make_shared<WatermarkNode>(plan, static_cast<int>(table->watermark->column),
                                           table->watermark->expression,
                                           LimitsOf(*context->settings, *table));
  }
  if (table->connector->reads_upserts() || MayRepeatChanges(*context, *table)) {
    std::vector<int> keys;
    for (const size_t column : table->primary_key) keys.push_back(static_cast<int>(column));
    const int64_t ttl = context->settings->GetDuration("table.exec.state.ttl").count();
    plan = std::make_shared<ChangelogNormalizeNode>(std::move(plan), std::move(keys), ttl);
  }
  return plan;
}

PlanNodePtr BuildLateRows(BindContext* context, const TablePtr& table, Span span) {
  const auto mode = table->extras.find(std::string(kLateRows));
  const std::string setting = "millrace.table." + table->name + "." + std::string(kLateRows);
  if (mode == table->extras.end() || mode->second.text != "table") {
    Diagnostic& diagnostic = context->Error(
        "MR0210", "the late rows of table '" + table->name + "' are not kept as a relation", span);
    diagnostic.next_step = "SET '" + setting + "' = 'table';";
    return nullptr;
  }
  if (!table->watermark || table->connector->reads_upserts()) {
    context->Error("MR0210",
                   "table '" + table->name + "' has no late rows: it " +
                       (table->watermark ? "is a table of upserts" : "has no watermark"),
                   span);
    return nullptr;
  }
  const std::vector<size_t> stored = StoredColumns(*table);
  return WithComputedColumns(std::make_shared<LateRowsNode>(table, stored), *table, stored);
}

}  // namespace millrace
