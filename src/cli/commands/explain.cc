// SPDX-License-Identifier: Apache-2.0
// millrace explain FILE.sql shows plans; millrace explain MR0123 explains a message.
#include "plan/explain.h"
#include "base/json_writer.h"
#include "cli/commands/builtin.h"
#include "cli/output/model_notes.h"
#include "cli/script.h"
#include "diagnostics/codes.h"
#include "diagnostics/nearest.h"

namespace millrace {
namespace {

bool LooksLikeCode(const std::string& text) {
  return text.size() == 6 && (text[0] == 'M' || text[0] == 'm') &&
         (text[1] == 'R' || text[1] == 'r') &&
         text.find_first_not_of("0123456789", 2) == std::string::npos;
}

class ExplainCommand final : public Command {
 public:
  std::string name() const override { return "explain"; }
  std::string help() const override {
    return "Show the plans of a file, or explain a message code";
  }
  void Declare(CLI::App* app) override {
    script_.Declare(app);
    app->get_option("file")->type_name("SQL_FILE|CODE");
  }

  int Run(Application* application, const CommonOptions& common) override {
    if (LooksLikeCode(script_.file)) return ExplainCode(*application, common);
    auto script = LoadScript(application, script_);
    if (!script) return ShowUsage(*application, common, script.error());
    Compiler compiler(MakeCompilerOptions(*application, *script));
    DiagnosticList diagnostics;
    const Program program = compiler.Compile(script->source.text(), &diagnostics);
    if (diagnostics.has_errors()) {
      return ShowDiagnostics(*application, common, diagnostics, &script->source);
    }
    if (!common.quiet && !diagnostics.entries().empty()) {
      ShowDiagnostics(*application, {}, diagnostics, &script->source);
    }
    std::string text;
    for (const Step& step : program.steps) {
      if (step.kind != Step::Kind::kJob) continue;
      if (common.json) {
        text += (text.empty() ? "" : ",") + ExplainJson(step);
      } else {
        text += ExplainText(step);
      }
    }
    const auto models = DescribeModels(program, application->env);
    if (!models) return ShowError(*application, common, models.error());
    application->Print(common.json
                           ? "{\"jobs\":[" + text + "],\"models\":" + ModelsJson(*models) + "}\n"
                           : text + ModelsText(*models));
    return kExitOk;
  }

 private:
  static std::string ModelsText(const std::vector<ModelNote>& models) {
    std::string text = models.empty() ? "" : "== models ==\n\n";
    for (const ModelNote& model : models) {
      text += model.name + " (" + model.provider + ", version " + model.version + ")" +
              (model.remark.empty() ? "" : ": " + model.remark) + "\n";
    }
    return text;
  }

  static std::string ModelsJson(const std::vector<ModelNote>& models) {
    JsonWriter out;
    out.BeginArray();
    for (const ModelNote& model : models) {
      out.BeginObject().Field("name", model.name).Field("provider", model.provider);
      out.Field("version", model.version).Field("remark", model.remark).EndObject();
    }
    out.EndArray();
    return std::move(out).Finish();
  }

  int ExplainCode(const Application& application, const CommonOptions& common) const {
    const CodeInfo* info = FindCode(script_.file);
    if (info == nullptr) {
      std::vector<std::string> world;
      for (const CodeInfo& code : AllCodes()) world.emplace_back(code.code);
      std::string text = "millrace: there is no message " + script_.file;
      const auto nearest = NearestNames(script_.file, world);
      for (size_t i = 0; i < nearest.size(); ++i) {
        text += (i == 0 ? "; near it: " : ", ") + nearest[i];
      }
      application.Say(text + "\n");
      return kExitFindings;
    }
    if (common.json) {
      JsonWriter out;
      out.BeginObject().Field("code", info->code).Field("title", info->title);
      out.Field("explanation", info->explanation).Field("example", info->example);
      out.Field("fixed", info->fixed).EndObject();
      application.Print(std::move(out).Finish() + "\n");
      return kExitOk;
    }
    std::string text = std::string(info->code) + ": " + std::string(info->title) + "\n\n" +
                       std::string(info->explanation) + "\n";
    if (!info->example.empty()) text += "\nFor example\n\n" + Indented(info->example);
    if (!info->fixed.empty()) text += "\nPut right\n\n" + Indented(info->fixed);
    application.Print(text);
    return kExitOk;
  }

  static std::string Indented(std::string_view text) {
    std::string out = "    ";
    for (const char c : text) {
      out += c;
      if (c == '\n') out += "    ";
    }
    return out + "\n";
  }

  ScriptOptions script_;
};

}  // namespace

std::unique_ptr<Command> MakeExplainCommand() { return std::make_unique<ExplainCommand>(); }

}  // namespace millrace
