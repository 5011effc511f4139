// SPDX-License-Identifier: Apache-2.0
// millrace completion bash|zsh|fish: a script for the shell, which then asks this program again
// (`completion query`) at each tab, so names are always those of this version and of the file.
#include "cli/completion/candidates.h"

#include <CLI/CLI.hpp>

#include "cli/commands/builtin.h"

namespace millrace {
namespace {

/// Behind the ':' that the scripts put in front, so that an empty word stays an argument.
std::string Marked(const std::string& text) { return text.empty() ? text : text.substr(1); }

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  if (text.empty()) return lines;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

class CompletionCommand final : public Command {
 public:
  std::string name() const override { return "completion"; }
  std::string help() const override { return "Print the completion script of a shell"; }

  void Declare(CLI::App* app) override {
    app->add_option("shell", shell_, "bash, zsh or fish: source <(millrace completion bash)")
        ->required()
        ->type_name("{bash,zsh,fish}");
    app->add_option("--before", before_, "")->group("");
    app->add_option("--current", current_, "")->group("");
  }

  int Run(Application* application, const CommonOptions& common) override {
    if (shell_ == "query") {
      CLI::App app("", "millrace");
      CommonOptions ignored;
      const auto commands = BuiltinCommands();
      DeclareCommands(commands, &app, &ignored);
      application->Print(CandidatesText(
          FindCandidates(*application, &app, Lines(Marked(before_)), Marked(current_))));
      return kExitOk;
    }
    const std::string script = CompletionScript(shell_);
    if (script.empty()) {
      const auto error = UserError("MR0902", "there is no completion for '" + shell_ + "'",
                                   "one of bash, zsh, fish");
      return ShowUsage(*application, common, error.error());
    }
    application->Print(script);
    return kExitOk;
  }

 private:
  std::string shell_;
  std::string before_;
  std::string current_;
};

}  // namespace

std::unique_ptr<Command> MakeCompletionCommand() { return std::make_unique<CompletionCommand>(); }

}  // namespace millrace
