// SPDX-License-Identifier: Apache-2.0
// millrace fmt FILE.sql..: lays scripts out, in place; standard input goes to standard output. A
// script with a syntax error is left as it is.
#include <iostream>
#include <iterator>

#include "cli/commands/builtin.h"
#include "cli/output/line_diff.h"
#include "sql/format/format.h"
#include "sql/parser.h"

namespace millrace {
namespace {

class FmtCommand final : public Command {
 public:
  std::string name() const override { return "fmt"; }
  std::string help() const override { return "Lay out SQL files, in place"; }
  void Declare(CLI::App* app) override {
    app->add_option("files", files_, "SQL files; - reads standard input, writes standard output")
        ->type_name("SQL_FILE")
        ->required();
    app->add_flag("--check", check_, "Name the files that would change, and change none");
    app->add_flag("--diff", diff_, "Show what would change, and change nothing");
  }

  int Run(Application* application, const CommonOptions& common) override {
    int status = kExitOk;
    for (const std::string& file : files_) {
      status = std::max(status, Format(application, common, file));
    }
    return status;
  }

 private:
  int Format(Application* application, const CommonOptions& common, const std::string& file) {
    const bool standard = file == "-";
    const std::string name = standard ? "<stdin>" : file;
    std::string text;
    if (standard) {
      text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else {
      auto read = application->env.disk->ReadAll(file);
      if (!read) return ShowError(*application, common, read.error());
      text = *std::move(read);
    }
    DiagnosticList diagnostics;
    sql::ParseScript(text, &diagnostics);
    if (diagnostics.has_errors()) {
      diagnostics.Normalize();
      const SourceText source(name, text);
      return ShowDiagnostics(*application, common, diagnostics, &source);
    }
    const std::string formatted = sql::FormatScript(text);
    if (diff_) application->Print(LineDiff(name, text, formatted));
    if (check_ && formatted != text && !common.quiet) application->Say(name + "\n");
    if (check_ || diff_) return formatted == text ? kExitOk : kExitFindings;
    if (standard) {
      application->Print(formatted);
    } else if (formatted != text) {
      const Status written = application->env.disk->WriteAtomic(file, formatted);
      if (!written) return ShowError(*application, common, written.error());
    }
    return kExitOk;
  }

  std::vector<std::string> files_;
  bool check_ = false;
  bool diff_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeFmtCommand() { return std::make_unique<FmtCommand>(); }

}  // namespace millrace
