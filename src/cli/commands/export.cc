// SPDX-License-Identifier: Apache-2.0
// millrace export flink FILE.sql: the same pipeline for a Flink cluster, on standard output; what
// has no counterpart is refused by name, what changes in meaning is told on standard error.
#include "assistants/export/flink_export.h"
#include "cli/commands/builtin.h"
#include "cli/script.h"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace millrace {
namespace {

class ExportCommand final : public Command {
 public:
  std::string name() const override { return "export"; }
  std::string help() const override { return "Write a pipeline for another engine"; }
  void Declare(CLI::App* app) override {
    app->add_option("engine", engine_, "flink")->required()->check(CLI::IsMember({"flink"}));
    script_.Declare(app);
    app->add_option("--model-server", model_server_,
                    "Address of a Triton server that serves the models")
        ->type_name("URL");
  }

  int Run(Application* application, const CommonOptions& common) override {
    auto script = LoadScript(application, script_);
    if (!script) return ShowUsage(*application, common, script.error());
    const std::string_view text = script->source.text();
    DiagnosticList diagnostics;
    Compiler(MakeCompilerOptions(*application, *script)).Compile(text, &diagnostics);
    if (diagnostics.has_errors()) {
      return ShowDiagnostics(*application, common, diagnostics, &script->source);
    }
    FlinkExport exported =
        ExportToFlink(text, {.directory = std::filesystem::current_path().string(),
                             .model_server = model_server_,
                             .pipeline = script->pipeline});
    exported.findings.Normalize();
    if (!exported.findings.has_errors()) application->Print(exported.text);
    if (common.quiet && !exported.findings.has_errors()) return kExitOk;
    return ShowDiagnostics(*application, common, exported.findings, &script->source);
  }

 private:
  std::string engine_;
  ScriptOptions script_;
  std::string model_server_;
};

}  // namespace

std::unique_ptr<Command> MakeExportCommand() { return std::make_unique<ExportCommand>(); }

}  // namespace millrace
