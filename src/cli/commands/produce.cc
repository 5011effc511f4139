// SPDX-License-Identifier: Apache-2.0
// millrace produce FILE.sql TABLE [INPUT]: writes JSON lines or CSV into a table that the file
// declares, through its format and connector. It is an INSERT INTO the table from a table of the
// same columns that reads the file, or standard input as it comes. Rows for an 'http' table are
// posted to the process that serves it.
#include <CLI/CLI.hpp>

#include <future>

#include "cli/client/door_address.h"
#include "cli/client/relayed_kafka.h"
#include "cli/client/row_chunks.h"
#include "cli/commands/builtin.h"
#include "cli/data_directory.h"
#include "cli/program_runner.h"
#include "cli/table_use.h"
#include "sql/printer.h"

namespace millrace {
namespace {

constexpr std::string_view kInputTable = "millrace_produce_input";
constexpr std::string_view kLocked = "MR0803";
constexpr size_t kPostBytesMax = 4 << 20;
constexpr int64_t kInputWaitMillis = 1000;
constexpr std::chrono::milliseconds kRetryPause{250};
constexpr int kRetriesMax = 240;   // a minute
constexpr int kProducersMax = 32;  // that write at once beside the same data directory

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
    if (input_ == "-") input_.clear();
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
    live_dir_ = data_dir_.empty() ? DefaultDataDir(use->pipeline) : data_dir_;
    auto pipe = Pipe();
    if (!pipe) return ShowError(*application, common, pipe.error());
    Application writer = *application;
    if (*pipe != nullptr) writer.env.input = pipe->get();
    const std::string text = Statements(*use, /*piped=*/input_.empty() || *pipe != nullptr);
    DiagnosticList diagnostics;
    const Program program = use->compiler->Compile(text, &diagnostics);
    if (diagnostics.has_errors()) {
      const SourceText source("produce", text);
      return ShowDiagnostics(*application, common, diagnostics, &source);
    }
    return Write(&writer, common, program);
  }

 private:
  /// An 'http' table takes rows from the process that runs, through its listener.
  Status PostRows(Application* application, const CommonOptions& common, const TableUse& use) {
    ClientOptions options;
    options.data_dir = data_dir_.empty() ? DefaultDataDir(use.pipeline) : data_dir_;
    TRY_ASSIGN(const DoorClient client, DoorClient::Make(application, options));
    TRY_ASSIGN(const std::unique_ptr<ByteInput> own, OpenInput(*application));
    ByteInput* input = own != nullptr ? own.get() : application->env.input;
    if (input == nullptr) return InternalError("this process has no standard input");
    const Options extras(use.definition->connector->extra_options(), use.definition->extras);
    const size_t bytes = std::min<size_t>(kPostBytesMax, extras.GetMemorySize("ingest.body.max"));
    RowChunks chunks(input, input_format_ == "csv", {.bytes = bytes});
    uint64_t written = 0;
    while (true) {
      TRY_ASSIGN(const RowChunk chunk, chunks.Next(kInputWaitMillis));
      if (!chunk.rows.empty()) {
        auto answer = PostChunk(client, use.table, chunk);
        if (!answer) return std::unexpected(Located(std::move(answer).error(), chunk, written));
        written += *answer;
      }
      if (chunk.last) break;
    }
    if (!common.quiet) {
      application->Say(std::to_string(written) + (written == 1 ? " row" : " rows") + " into " +
                       table_ + " at " + client.address() + "\n");
    }
    return OkStatus();
  }

  /// Waits while the pipeline takes no more.
  Result<uint64_t> PostChunk(const DoorClient& client, const std::string& table,
                             const RowChunk& chunk) const {
    const std::string type = input_format_ == "csv" ? "text/csv" : "application/x-ndjson";
    for (int attempt = 0;; ++attempt) {
      const auto answer = client.Post("/ingest/" + UrlEncode(table), type, chunk.rows);
      if (answer) return static_cast<uint64_t>((*answer)["rows"].number());
      if (!answer.error().retryable || attempt == kRetriesMax) {
        return std::unexpected(answer.error());
      }
      std::promise<void> pause;
      static_cast<void>(pause.get_future().wait_for(kRetryPause));
    }
  }

  /// Rows are counted per request; the user knows the input.
  static Error Located(Error error, const RowChunk& chunk, uint64_t written) {
    if (chunk.first > 1) {
      error.detail += (error.detail.empty() ? "" : "; ") +
                      ("row 1 of the request is line " + std::to_string(chunk.first)) +
                      " of the input, rows written before it: " + std::to_string(written);
    }
    return error;
  }

  /// Null: standard input.
  Result<std::unique_ptr<ByteInput>> OpenInput(const Application& application) const {
    TRY_ASSIGN(auto pipe, Pipe());
    if (pipe != nullptr || input_.empty()) return pipe;
    return OpenFileInput(application.env.disk, input_);
  }

  /// The input, if it is a path to something else than a file.
  Result<std::unique_ptr<ByteInput>> Pipe() const {
    if (input_.empty()) return nullptr;
    return OpenPipe(input_);
  }

  int Write(Application* application, const CommonOptions& common, const Program& program) {
    RunOptions options;
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
    // Several may write at the same time, each with a directory of its own.
    for (int number = 1;; ++number) {
      options.data_dir =
          live_dir_ + "/produce" + (number > 1 ? "-" + std::to_string(number) : std::string());
      ProgramRunner runner(&writer, options);
      const Status status = runner.Run(program);
      if (!status && status.error().code == kLocked && number < kProducersMax) continue;
      if (!status) return ShowError(*application, common, status.error());
      if (!common.quiet) application->Say(runner.Summary() + " into " + table_ + "\n");
      return runner.rejected_rows() ? kExitFindings : kExitOk;
    }
  }

  std::string Statements(const TableUse& use, bool piped) const {
    const std::string input = sql::QuoteIdentifier(kInputTable);
    // A CSV line holds what a record does; objects may name metadata columns, too.
    const Schema schema =
        input_format_ == "csv" ? use.definition->physical_schema() : use.definition->write_schema();
    std::string columns;
    std::string names;
    for (const Column& column : schema) {
      const std::string name = sql::QuoteIdentifier(column.name);
      names += (names.empty() ? "" : ", ") + name;
      columns += (columns.empty() ? "" : ", ") + name + " " + column.type.Nullable().ToString();
    }
    const std::string from =
        piped ? "'stdin'" : "'filesystem', 'path' = " + sql::QuoteString(input_);
    return "CREATE TEMPORARY TABLE " + input + " (" + columns + ") WITH ('connector' = " + from +
           ", 'format' = " + sql::QuoteString(input_format_) + ");\nINSERT INTO " +
           sql::QuoteIdentifier(use.table) + " (" + names + ") SELECT * FROM " + input + ";\n";
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
