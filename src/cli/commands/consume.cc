// SPDX-License-Identifier: Apache-2.0
// millrace consume FILE.sql TABLE: reads a table that the file declares and prints its rows, as
// SELECT * would. The file's own statements do not run.
#include <CLI/CLI.hpp>

#include "cli/client/door_address.h"
#include "cli/commands/builtin.h"
#include "cli/data_directory.h"
#include "cli/program_runner.h"
#include "cli/table_use.h"
#include "connectors/http_topic.h"
#include "log/followed_kafka.h"
#include "sql/printer.h"

namespace millrace {
namespace {

constexpr std::string_view kTopicTable = "millrace_consume_topic";
constexpr std::string_view kHeadersColumn = "millrace_headers";
constexpr std::string_view kRequestIdMetadata = "request-id";

class ConsumeCommand final : public Command {
 public:
  std::string name() const override { return "consume"; }
  std::string help() const override { return "Print the rows of a table"; }

  void Declare(CLI::App* app) override {
    script_.Declare(app);
    app->add_option("table", table_, "A table or view of the file")->required()->type_name("TABLE");
    app->add_option("--limit", limit_, "End after so many rows")->check(CLI::PositiveNumber);
    app->add_option("--from", from_, "Topics: earliest (default), latest, or milliseconds")
        ->type_name("{earliest,latest}");
    app->add_flag("--no-wait", no_wait_, "Topics: end at what is there now");
    app->add_option("--where", where_, "SQL condition on the table's columns");
    app->add_option("--format", format_, "Rows: table, changelog, json or csv")
        ->type_name("{table,changelog,json,csv}");
    app->add_flag("--local", local_, "Kafka tables are carried by the embedded log, as of `run`");
    app->add_option("--data-dir", data_dir_, "As of `run`: where --local tables are")
        ->type_name("DIR");
  }

  int Run(Application* application, const CommonOptions& common) override {
    const auto style = ChooseRowStyle(*application, common.json, format_);
    if (!style) return ShowUsage(*application, common, style.error());
    auto use = OpenTable(application, common, script_, table_);
    if (!use) return use.error();
    const bool http =
        use->definition != nullptr && use->definition->connector->name() == kHttpConnector;
    if (http) {
      const Status read = ReadItsTopic(&*use);
      if (!read) return ShowError(*application, common, read.error());
    }
    const auto query = Query(*use);
    if (!query) return ShowUsage(*application, common, query.error());
    DiagnosticList diagnostics;
    const Program program = use->compiler->Compile(*query, &diagnostics);
    if (diagnostics.has_errors()) {
      const SourceText source("consume", *query);
      return ShowDiagnostics(*application, common, diagnostics, &source);
    }
    RunOptions options;
    options.data_dir = data_dir_.empty() ? DefaultDataDir(use->pipeline) : data_dir_;
    // Beside a program that runs, its log is followed; otherwise it is opened here. Reading the
    // rows of an 'http' table needs no more than following.
    std::unique_ptr<KafkaClients> followed;
    Application reader = *application;
    options.kafka.local = local_;
    if (http || (local_ && FindAddress(application->env.disk, options.data_dir))) {
      options.kafka.local = false;
      followed = MakeFollowedKafkaClients(application->env.disk, options.data_dir + "/topics");
      reader.env.kafka = followed.get();
    }
    options.quiet = true;
    options.style = *style;
    options.row_limit = limit_;
    options.door.never = true;
    ProgramRunner runner(&reader, std::move(options));
    const Status status = runner.Run(program);
    return status ? kExitOk : ShowError(*application, common, status.error());
  }

 private:
  /// A column of an 'http' table as one of the topic that holds its rows.
  static std::string TopicColumn(const TableColumn& column) {
    const std::string name = sql::QuoteIdentifier(column.name) + " ";
    const std::string type = column.type.ToString();
    switch (column.kind) {
      case TableColumn::Kind::kPhysical: return name + type;
      case TableColumn::Kind::kComputed: return name + "AS " + column.text;
      case TableColumn::Kind::kMetadata: break;
    }
    if (column.metadata_key == kRequestIdMetadata) {
      return name + "AS CAST(DECODE(" + std::string(kHeadersColumn) + "[" +
             sql::QuoteString(std::string(kRequestIdHeader)) + "], 'UTF-8') AS " + type + ")";
    }
    return name + type + " METADATA FROM " + sql::QuoteString(column.metadata_key) + " VIRTUAL";
  }

  /// The rows of an 'http' table lie in a topic of the embedded log: declares a table of that topic
  /// with the same columns and format, and uses it instead.
  Status ReadItsTopic(TableUse* use) {
    const Table& table = *use->definition;
    std::string columns =
        std::string(kHeadersColumn) + " MAP<STRING, BYTES> METADATA FROM 'headers' VIRTUAL";
    for (const TableColumn& column : table.columns) {
      columns += ", " + TopicColumn(column);
      columns_ += (columns_.empty() ? "" : ", ") + sql::QuoteIdentifier(column.name);
    }
    std::string text = "CREATE TEMPORARY TABLE " + std::string(kTopicTable) + " (" + columns +
                       ") WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = 'local', " +
                       "'topic' = " + sql::QuoteString(HttpTopicName(table.name));
    const std::string prefix = std::string(table.format->name()) + ".";
    for (const auto& [key, value] : table.raw_options) {
      if (key != "format" && !key.starts_with(prefix)) continue;
      text += ", " + sql::QuoteString(key) + " = " + sql::QuoteString(value.text);
    }
    DiagnosticList diagnostics;
    static_cast<void>(use->compiler->Compile(text + ");", &diagnostics));
    const Catalog& catalog = use->compiler->catalog();
    use->table = kTopicTable;
    use->definition = catalog.FindTable(catalog.current_catalog() + "." +
                                        catalog.current_database() + "." + use->table);
    if (use->definition != nullptr) return OkStatus();
    const auto& entries = diagnostics.entries();
    return InternalError("the topic of the table cannot be declared",
                         entries.empty() ? "" : entries[0].message);
  }

  Result<std::string> Query(const TableUse& use) const {
    std::string text = "SELECT " + (columns_.empty() ? "*" : columns_) + " FROM " +
                       sql::QuoteIdentifier(use.table);
    TRY_ASSIGN(const std::string hints, Hints(use));
    if (!hints.empty()) text += " /*+ OPTIONS(" + hints + ") */";
    if (!where_.empty()) text += " WHERE " + where_;
    return text;
  }

  /// Where a topic is read from and to. Other connectors have no such choice.
  Result<std::string> Hints(const TableUse& use) const {
    const bool topic = use.definition != nullptr && use.definition->connector->name() == "kafka";
    if (!topic) {
      if (from_.empty() && !no_wait_) return std::string();
      return UserError("MR0902",
                       "--from and --no-wait are for topics: tables of the connectors 'kafka' "
                       "and 'http'");
    }
    std::string hints = "'scan.startup.mode' = ";
    if (from_.empty() || from_ == "earliest") {
      hints += "'earliest-offset'";
    } else if (from_ == "latest") {
      hints += "'latest-offset'";
    } else if (from_.find_first_not_of("0123456789") == std::string::npos) {
      hints += "'timestamp', 'scan.startup.timestamp-millis' = '" + from_ + "'";
    } else {
      return UserError(
          "MR0902",
          "--from takes earliest, latest or milliseconds since 1970, found '" + from_ + "'");
    }
    if (no_wait_) hints += ", 'scan.bounded.mode' = 'latest-offset'";
    return hints;
  }

  ScriptOptions script_;
  std::string table_;
  int64_t limit_ = -1;
  std::string from_;
  bool no_wait_ = false;
  std::string where_;
  bool local_ = false;
  std::string format_;
  std::string data_dir_;
  std::string columns_;  // to be shown; empty: all of them
};

}  // namespace

std::unique_ptr<Command> MakeConsumeCommand() { return std::make_unique<ConsumeCommand>(); }

}  // namespace millrace
