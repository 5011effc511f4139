// SPDX-License-Identifier: Apache-2.0
// millrace graph FILE.sql: the operators of a file as a picture (Mermaid, Graphviz) or as JSON.
#include "assistants/graph/pipeline_graph.h"
#include "cli/commands/builtin.h"
#include "cli/script.h"

#include <CLI/CLI.hpp>

#include <limits>

namespace millrace {
namespace {

class GraphCommand final : public Command {
 public:
  std::string name() const override { return "graph"; }
  std::string help() const override { return "Draw the operators of a file"; }

  void Declare(CLI::App* app) override {
    script_.Declare(app);
    app->add_option("--format", format_, "mermaid, dot or json (default mermaid)")
        ->check(CLI::IsMember({"mermaid", "dot", "json"}));
    app->add_flag("--all-columns", all_columns_, "Wide edges: every column instead of the first");
  }

  int Run(Application* application, const CommonOptions& common) override {
    auto script = LoadScript(application, script_);
    if (!script) return ShowUsage(*application, common, script.error());
    Compiler compiler(MakeCompilerOptions(*application, *script));
    DiagnosticList diagnostics;
    const Program program = compiler.Compile(script->source.text(), &diagnostics);
    if (diagnostics.has_errors()) {
      return ShowDiagnostics(*application, common, diagnostics, &script->source);
    }
    const auto graph = DescribeGraph(program);
    if (!graph) return ShowError(*application, common, graph.error());
    GraphTextOptions options;
    if (all_columns_) options.columns_max = std::numeric_limits<size_t>::max();
    if (common.json || format_ == "json") {
      application->Print(GraphJson(*graph));
    } else if (format_ == "dot") {
      application->Print(GraphDot(*graph, options));
    } else {
      application->Print(GraphMermaid(*graph, options));
    }
    if (graph->nodes.empty() && !common.quiet) {
      application->Say(script->source.name() + ": no statement here runs; declarations only\n");
    }
    return kExitOk;
  }

 private:
  ScriptOptions script_;
  std::string format_ = "mermaid";
  bool all_columns_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeGraphCommand() { return std::make_unique<GraphCommand>(); }

}  // namespace millrace
