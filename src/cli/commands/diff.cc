// SPDX-License-Identifier: Apache-2.0
// millrace diff OLD.sql NEW.sql: what a running pipeline would keep and lose with another version
// of its file. With one file: against the interrupted run in its data directory.
#include <algorithm>

#include "base/json_writer.h"
#include "cli/commands/builtin.h"
#include "cli/data_directory.h"
#include "cli/output/plan_changes.h"
#include "cli/program_changes.h"
#include "cli/script.h"

namespace millrace {
namespace {

struct Compiled {
  LoadedScript script;
  Program program;
};

class DiffCommand final : public Command {
 public:
  std::string name() const override { return "diff"; }
  std::string help() const override {
    return "Say what state another version of a pipeline keeps and loses";
  }

  void Declare(CLI::App* app) override {
    app->add_option("old", old_, "The file as it runs, or the only file with --data-dir")
        ->type_name("SQL_FILE")
        ->required();
    app->add_option("new", new_, "The file as it is to run")->type_name("SQL_FILE");
    app->add_option("--data-dir", data_dir_,
                    "Compare with the interrupted run here (one file: default "
                    "./.millrace/<name>)")
        ->type_name("DIR");
    app->add_option("-D,--define", definitions_, "key=value: overrides a SET of both files")
        ->allow_extra_args(false);
  }

  int Run(Application* application, const CommonOptions& common) override {
    if (!new_.empty() && !data_dir_.empty()) {
      return ShowUsage(*application, common,
                       UserError("MR0902",
                                 "two files are compared with each other, one file with "
                                 "a data directory: leave out one of them")
                           .error());
    }
    int status = kExitOk;
    auto first = Compile(application, common, old_, &status);
    if (!first) return status;
    std::vector<StatementChanges> changes;
    ChangedTexts texts;
    std::optional<Compiled> second;
    if (new_.empty()) {
      const std::string directory =
          data_dir_.empty() ? DefaultDataDir(first->program.name) : data_dir_;
      auto found = CompareWithDirectory(application->env.disk, directory, first->program);
      if (!found) return ShowError(*application, common, found.error());
      changes = *std::move(found);
      texts.after = &first->script.source;
      if (changes.empty()) return SayNothingThere(*application, common, directory);
    } else {
      second = Compile(application, common, new_, &status);
      if (!second) return status;
      changes = ComparePrograms(first->program, second->program);
      texts = {&first->script.source, &second->script.source};
    }
    const bool loses = std::ranges::any_of(
        changes, [](const StatementChanges& one) { return one.comparison.loses(); });
    if (common.json) {
      application->Print(Json(changes, loses));
    } else {
      application->Print(Text(*application, changes, texts));
    }
    return loses ? kExitFindings : kExitOk;
  }

 private:
  std::optional<Compiled> Compile(Application* application, const CommonOptions& common,
                                  const std::string& file, int* status) const {
    ScriptOptions options;
    options.file = file;
    options.definitions = definitions_;
    auto script = LoadScript(application, options);
    if (!script) {
      *status = ShowUsage(*application, common, script.error());
      return std::nullopt;
    }
    CompilerOptions compiler_options = MakeCompilerOptions(*application, *script);
    compiler_options.check_files = false;
    Compiler compiler(std::move(compiler_options));
    DiagnosticList diagnostics;
    Compiled compiled{.script = *std::move(script), .program = {}};
    compiled.program = compiler.Compile(compiled.script.source.text(), &diagnostics);
    if (!diagnostics.has_errors()) return compiled;
    *status = ShowDiagnostics(*application, common, diagnostics, &compiled.script.source);
    return std::nullopt;
  }

  static int SayNothingThere(const Application& application, const CommonOptions& common,
                             const std::string& directory) {
    if (common.json) {
      application.Print(Json({}, false));
    } else {
      application.Print("no interrupted run in '" + directory + "': nothing to keep or lose\n");
    }
    return kExitOk;
  }

  static std::string Json(const std::vector<StatementChanges>& changes, bool loses) {
    JsonWriter out;
    out.BeginObject().Field("format_version", "1.0").Field("loses", loses);
    out.Key("statements").BeginArray();
    for (const StatementChanges& one : changes) {
      out.BeginObject().Field("title", one.title).Field("data_dir", one.data_dir).Key("changes");
      WriteJson(one.comparison, &out);
      out.EndObject();
    }
    out.EndArray().EndObject();
    return std::move(out).Finish() + "\n";
  }

  static std::string Text(const Application& application,
                          const std::vector<StatementChanges>& changes, const ChangedTexts& texts) {
    std::string text;
    size_t lost = 0;
    for (const StatementChanges& one : changes) {
      if (changes.size() > 1) text += (text.empty() ? "" : "\n") + one.title + "\n";
      text += PlanChangesText(one.comparison, texts, {.color = application.color});
      lost += static_cast<size_t>(
          std::ranges::count_if(one.comparison.changes, &OperatorChange::loses));
    }
    if (lost == 0) return text + "\nnothing is lost\n";
    return text + "\n" + std::to_string(lost) + (lost == 1 ? " of them loses" : " of them lose") +
           " what is kept for it\n";
  }

  std::string old_;
  std::string new_;
  std::string data_dir_;
  std::vector<std::string> definitions_;
};

}  // namespace

std::unique_ptr<Command> MakeDiffCommand() { return std::make_unique<DiffCommand>(); }

}  // namespace millrace
