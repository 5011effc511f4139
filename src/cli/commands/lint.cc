// SPDX-License-Identifier: Apache-2.0
// millrace lint FILE.sql: what a pipeline that is fine for `check` does and its author did not
// mean. With --fix the file is printed with the settings that cure it.
#include "assistants/lint/lint.h"
#include "cli/commands/builtin.h"
#include "cli/script.h"

namespace millrace {
namespace {

class LintCommand final : public Command {
 public:
  std::string name() const override { return "lint"; }
  std::string help() const override { return "Find the silent mistakes of a pipeline"; }
  void Declare(CLI::App* app) override {
    script_.Declare(app);
    app->add_flag("--fix", fix_, "Print the file with the settings that cure findings");
  }

  int Run(Application* application, const CommonOptions& common) override {
    auto script = LoadScript(application, script_);
    if (!script) return ShowUsage(*application, common, script.error());
    const std::string_view text = script->source.text();
    DiagnosticList diagnostics;
    const Program program =
        Compiler(MakeCompilerOptions(*application, *script)).Compile(text, &diagnostics);
    if (diagnostics.has_errors()) {
      return ShowDiagnostics(*application, common, diagnostics, &script->source);
    }
    std::vector<LintFinding> findings = Lint(program, text);
    if (fix_) {
      application->Print(ApplyLintChanges(text, findings));
      return kExitOk;
    }
    bool warned = false;
    for (LintFinding& finding : findings) {
      warned |= finding.diagnostic.severity == Severity::kWarning;
      diagnostics.Add(std::move(finding.diagnostic));
    }
    diagnostics.Normalize();
    ShowDiagnostics(*application, common, diagnostics, &script->source);
    if (findings.empty() && !common.quiet && !common.json) {
      application->Say(script->source.name() + ": no findings\n");
    }
    return warned ? kExitFindings : kExitOk;
  }

 private:
  ScriptOptions script_;
  bool fix_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeLintCommand() { return std::make_unique<LintCommand>(); }

}  // namespace millrace
