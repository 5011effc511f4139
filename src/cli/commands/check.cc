// SPDX-License-Identifier: Apache-2.0
// millrace check FILE.sql: parses, binds and plans a file, looks at models and files; connects
// nothing.
#include "cli/commands/builtin.h"
#include "cli/output/model_notes.h"
#include "cli/script.h"

namespace millrace {
namespace {

class CheckCommand final : public Command {
 public:
  std::string name() const override { return "check"; }
  std::string help() const override { return "Check a pipeline without running it"; }
  void Declare(CLI::App* app) override {
    script_.Declare(app);
    app->add_flag("--deny-warnings", deny_warnings_, "Exit with 1 if there is a warning");
  }

  int Run(Application* application, const CommonOptions& common) override {
    auto script = LoadScript(application, script_);
    if (!script) return ShowUsage(*application, common, script.error());
    Compiler compiler(MakeCompilerOptions(*application, *script));
    DiagnosticList diagnostics;
    const Program program = compiler.Compile(script->source.text(), &diagnostics);
    int status = ShowDiagnostics(*application, common, diagnostics, &script->source);
    if (status == kExitOk && deny_warnings_) {
      for (const Diagnostic& entry : diagnostics.entries()) {
        if (entry.severity == Severity::kWarning) status = kExitFindings;
      }
    }
    if (status != kExitOk || common.json) return status;
    const auto models = DescribeModels(program, application->env);
    if (!models) return ShowError(*application, common, models.error());
    if (common.quiet) return status;
    for (const ModelNote& model : *models) {
      if (!model.remark.empty())
        application->Say("model '" + model.name + "' " + model.remark + "\n");
    }
    size_t jobs = 0;
    for (const Step& step : program.steps) jobs += step.kind == Step::Kind::kJob;
    application->Say(script->source.name() + ": fine; pipeline '" + program.name + "', " +
                     std::to_string(jobs) + (jobs == 1 ? " job\n" : " jobs\n"));
    return kExitOk;
  }

 private:
  ScriptOptions script_;
  bool deny_warnings_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCheckCommand() { return std::make_unique<CheckCommand>(); }

}  // namespace millrace
