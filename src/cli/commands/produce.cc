// SPDX-License-Identifier: Apache-2.0
// millrace produce FILE.sql TABLE [INPUT]: writes JSON lines or CSV into a table that the file
// declares, through its format and connector. It is an INSERT INTO the table from a filesystem
// table of the same columns; standard input is put into a file first.
#include <CLI/CLI.hpp>

#include <iostream>
#include <iterator>

#include "cli/commands/builtin.h"
#include "cli/program_runner.h"
#include "cli/table_use.h"
#include "sql/printer.h"

namespace millrace {
namespace {

constexpr std::string_view kInputTable = "millrace_produce_input";

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
    data_dir_ = (data_dir_.empty() ? ".millrace/" + use->pipeline : data_dir_) + "/produce";
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
  int Write(Application* application, const CommonOptions& common, const Program& program) {
    RunOptions options;
    options.data_dir = data_dir_;
    options.fresh = true;  // rows that were given once are not to be written twice
    options.quiet = common.quiet;
    ProgramRunner runner(application, std::move(options));
    const Status status = runner.Run(program);
    if (!status) return ShowError(*application, common, status.error());
    if (!common.quiet) application->Say(runner.Summary() + " into " + table_ + "\n");
    return kExitOk;
  }

  Result<std::string> InputPath(const Application& application) const {
    if (!input_.empty() && input_ != "-") return input_;
    const std::string bytes(std::istreambuf_iterator<char>(std::cin), {});
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
  std::string data_dir_;
};

}  // namespace

std::unique_ptr<Command> MakeProduceCommand() { return std::make_unique<ProduceCommand>(); }

}  // namespace millrace
