// SPDX-License-Identifier: Apache-2.0
// millrace shell: statements as they are typed, or from a pipe.
#include <unistd.h>

#include "cli/commands/builtin.h"
#include "cli/data_directory.h"
#include "cli/script.h"
#include "cli/shell/completer.h"
#include "cli/shell/line_editor.h"
#include "cli/shell/session.h"

namespace millrace {
namespace {

constexpr std::string_view kHistoryName = "/.millrace_history";

class ShellCommand final : public Command {
 public:
  std::string name() const override { return "shell"; }
  std::string help() const override { return "Enter statements and see their rows as they come"; }

  void Declare(CLI::App* app) override {
    app->add_option("-D,--define", definitions_, "key=value: overrides a SET of the session")
        ->allow_extra_args(false);
    app->add_option("--data-dir", data_dir_, "State and progress (default ./.millrace/shell)")
        ->type_name("DIR");
    app->add_option("--format", format_, "Rows of SELECT: table, changelog, json or csv")
        ->type_name("{table,changelog,json,csv}");
  }

  int Run(Application* application, const CommonOptions& common) override {
    ShellOptions options;
    options.common = common;
    options.interactive = isatty(STDIN_FILENO) == 1 && application->output_is_terminal;
    options.data_dir = data_dir_.empty() ? DefaultDataDir("shell") : data_dir_;
    const auto style = ChooseRowStyle(*application, common.json, format_);
    if (!style) return ShowUsage(*application, common, style.error());
    options.style = *style;
    auto overrides = ParseDefinitions(definitions_);
    if (!overrides) return ShowUsage(*application, common, overrides.error());
    options.overrides = *std::move(overrides);
    const bool interactive = options.interactive;
    ShellSession session(application, std::move(options));
    const Completer completer(application->registries, &session.compiler());
    std::unique_ptr<LineSource> lines;
    if (interactive) {
      lines = MakeLineEditor(
          {HistoryPath(*application), [&](std::string_view before, std::string_view after) {
             return completer.Complete(before, after);
           }});
    }
    if (lines == nullptr) lines = MakePlainLines();
    return session.Run(lines.get());
  }

 private:
  /// $XDG_STATE_HOME/millrace/history if that variable is set, else ~/.millrace_history.
  static std::string HistoryPath(const Application& application) {
    const auto state = application.env.variables("XDG_STATE_HOME");
    if (state && !state->empty()) {
      const std::string directory = *state + "/millrace";
      if (application.env.disk->CreateDirectories(directory)) return directory + "/history";
    }
    const auto home = application.env.variables("HOME");
    return home && !home->empty() ? *home + std::string(kHistoryName) : "";
  }

  std::vector<std::string> definitions_;
  std::string data_dir_;
  std::string format_;
};

}  // namespace

std::unique_ptr<Command> MakeShellCommand() { return std::make_unique<ShellCommand>(); }

}  // namespace millrace
