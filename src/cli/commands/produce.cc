// SPDX-License-Identifier: Apache-2.0
// millrace produce FILE.sql TABLE [INPUT]: writes JSON lines or CSV into a table that the file
// declares, through its format and connector. It is an INSERT INTO the table from a filesystem
// table of the same columns; standard input is put into a file first. Rows for an 'http' table are
// posted to the process that serves it.
#include <CLI/CLI.hpp>

#include <iostream>
#include <iterator>

#include "cli/client/door_address.h"
#include "cli/client/relayed_kafka.h"
#include "cli/commands/builtin.h"
#include "cli/program_runner.h"
#include "cli/table_use.h"
#include "sql/printer.h"

namespace millrace {
namespace {

constexpr std::string_view kInputTable = "millrace_produce_input";
constexpr size_t kPostBytesMax = 4 << 20;

class ProduceCommand final : public Command {
 public:
  std::string name() const override { return "produce"; }
  std::string help() const override { return "Write rows into a table"; }

  void Declare(CLI::App* app) override {
    script_.Declare(app);
    app->add_option("table", table_, "A table of the file")->required()->type_name("TABLE");
    app->add_option("input", input_, "File with the rows; default and -: standard input")
        ->type_name("FILE");
    app->add_option("--input-format", input_format_, "json (default: an object per line) or csv")
        ->check(CLI::IsMember({"json", "csv"}));
    app->add_flag("--local", local_, "Kafka tables are carried by the embedded log, as of `run`");
    app->add_option("--data-dir", data_dir_, "As of `run`: where --local tables are")
        ->type_name("DIR");
  }

  int Run(Application* application, const CommonOptions& common) override {
    auto use = OpenTable(application, common, script_, table_);
    if (!use) return use.error();
    if (use->definition == nullptr) {
      const auto error = UserError("MR0902", "'" + table_ + "' is a view; rows go into tables");
      return ShowUsage(*application, common, error.error());
    }
    if (use->definition->connector->name() == "http") {
      const Status posted = PostRows(application, common, *use);
      return posted ? kExitOk : ShowUsage(*application, common, posted.error());
    }
    live_dir_ = data_dir_.empty() ? ".millrace/" + use->pipeline : data_dir_;
    data_dir_ = live_dir_ + "/produce";
    const auto path = InputPath(*application);
    if (!path) return ShowError(*application, common, path.error());
    const std::string text = Statements(*use, *path);
    DiagnosticList diagnostics;
    const Program program = use->compiler->Compile(text, &diagnostics);
    if (diagnostics.has_errors()) {
      const SourceText source("produce", text);
      return ShowDiagnostics(*application, common, diagnostics, &source);
    }
    const int status = Write(application, common, program);
    if (*path != input_) static_cast<void>(application->env.disk->Remove(*path));
    return status;
  }

 private:
  /// An 'http' table takes rows from the process that runs, through its listener.
  Status PostRows(Application* application, const CommonOptions& common, const TableUse& use) {
    ClientOptions options;
    options.data_dir = data_dir_.empty() ? ".millrace/" + use.pipeline : data_dir_;
    TRY_ASSIGN(const DoorClient client, DoorClient::Make(application, options));
    TRY_ASSIGN(const std::string rows, ReadInput(*application));
    const std::string type = input_format_ == "csv" ? "text/csv" : "application/x-ndjson";
    uint64_t written = 0;
    for (size_t at = 0; at < rows.size();) {
      size_t end = rows.size();
      if (end - at > kPostBytesMax) {
        const size_t line = rows.rfind('\n', at + kPostBytesMax);
        if (line != std::string::npos && line > at) end = line + 1;
      }
      TRY_ASSIGN(const JsonDocument answer,
                 client.Post("/ingest/" + UrlEncode(use.table), type, rows.substr(at, end - at)));
      written += static_cast<uint64_t>(answer["rows"].number());
      at = end;
    }
    if (!common.quiet) {
      application->Say(std::to_string(written) + (written == 1 ? " row" : " rows") + " into " +
                       table_ + " at " + client.address() + "\n");
    }
    return OkStatus();
  }

  Result<std::string> ReadInput(const Application& application) const {
    if (!input_.empty() && input_ != "-") return application.env.disk->ReadAll(input_);
    return std::string(std::istreambuf_iterator<char>(std::cin), {});
  }

  int Write(Application* application, const CommonOptions& common, const Program& program) {
    RunOptions options;
    options.data_dir = data_dir_;
    options.live_dir = live_dir_;
    // Beside a program that runs, records go through its listener: it alone writes its log.
    Application writer = *application;
    std::unique_ptr<KafkaClients> relayed;
    options.kafka.local = local_;
    if (local_ && FindAddress(application->env.disk, live_dir_)) {
      auto client = DoorClient::Make(application, {.data_dir = live_dir_});
      if (!client) return ShowUsage(*application, common, client.error());
      options.kafka.local = false;
      relayed = MakeRelayedKafkaClients(*std::move(client));
      writer.env.kafka = relayed.get();
    }
    options.door.never = true;
    options.fresh = true;  // rows that were given once are not to be written twice
    options.quiet = common.quiet;
    ProgramRunner runner(&writer, std::move(options));
    const Status status = runner.Run(program);
    if (!status) return ShowError(*application, common, status.error());
    if (!common.quiet) application->Say(runner.Summary() + " into " + table_ + "\n");
    return kExitOk;
  }

  Result<std::string> InputPath(const Application& application) const {
    if (!input_.empty() && input_ != "-") return input_;
    TRY_ASSIGN(const std::string bytes, ReadInput(application));
    TRY(application.env.disk->CreateDirectories(data_dir_));
    std::string path = data_dir_ + "/standard-input." + input_format_;
    TRY(application.env.disk->WriteAtomic(path, bytes));
    return path;
  }

  std::string Statements(const TableUse& use, const std::string& path) const {
    const std::string input = sql::QuoteIdentifier(kInputTable);
    std::string columns;
    for (const Column& column : use.definition->write_schema()) {
      columns += (columns.empty() ? "" : ", ") + sql::QuoteIdentifier(column.name) + " " +
                 column.type.Nullable().ToString();
    }
    return "CREATE TEMPORARY TABLE " + input + " (" + columns +
           ") WITH ('connector' = 'filesystem', 'path' = " + sql::QuoteString(path) +
           ", 'format' = " + sql::QuoteString(input_format_) + ");\nINSERT INTO " +
           sql::QuoteIdentifier(use.table) + " SELECT * FROM " + input + ";\n";
  }

  ScriptOptions script_;
  std::string table_;
  std::string input_;
  std::string input_format_ = "json";
  bool local_ = false;
  std::string data_dir_;
  std::string live_dir_;
};

}  // namespace

std::unique_ptr<Command> MakeProduceCommand() { return std::make_unique<ProduceCommand>(); }

}  // namespace millrace
