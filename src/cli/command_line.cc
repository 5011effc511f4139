// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "diagnostics/nearest.h"

namespace millrace {
namespace {

bool UseColor(const Application& application, const std::string& choice) {
  if (choice == "always") return true;
  if (choice == "never") return false;
  const auto no_color = application.env.variables("NO_COLOR");
  return application.error_is_terminal && (!no_color || no_color->empty());
}

void DeclareCommon(CLI::App* app, CommonOptions* common) {
  app->add_flag("--json", common->json, "Machine-readable output on standard output");
  app->add_flag("-q,--quiet", common->quiet, "Say nothing but errors");
  app->add_option("--color", common->color, "Colours: auto, always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

/// The nearest verb to a word that is none; empty if it is one or nothing is near.
std::string NearestVerb(const std::vector<std::unique_ptr<Command>>& commands,
                        const std::string& word) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.push_back(command->name());
  const auto nearest = NearestNames(word, names, 1);
  return nearest.empty() || nearest.front() == word ? "" : nearest.front();
}

}  // namespace

void Application::Print(const std::string& text) const {
  const Status status = env.output->Write(text);
  static_cast<void>(status.has_value());  // a closed pipe ends the process by SIGPIPE
}

void Application::Say(const std::string& text) const {
  const Status status = env.error->Write(secrets.Mask(text));
  static_cast<void>(status.has_value());
}

int ShowDiagnostics(const Application& application, const CommonOptions& common,
                    const DiagnosticList& found, const SourceText* source) {
  DiagnosticList diagnostics = found;
  for (Diagnostic& entry : diagnostics.mutable_entries()) application.secrets.Mask(&entry);
  if (common.json) {
    application.Print(RenderJson(diagnostics, source) + "\n");
  } else if (!diagnostics.entries().empty()) {
    application.Say(RenderText(diagnostics, source, {.color = application.color}));
  }
  if (!diagnostics.has_errors()) return kExitOk;
  for (const Diagnostic& entry : diagnostics.entries()) {
    if (entry.severity == Severity::kError && entry.domain != ErrorDomain::kExternal) {
      return kExitFindings;
    }
  }
  return kExitEnvironment;
}

int ShowError(const Application& application, const CommonOptions& common, const Error& error) {
  DiagnosticList list;
  list.Add(ToDiagnostic(error));
  return ShowDiagnostics(application, common, list, nullptr);
}

int ShowUsage(const Application& application, const CommonOptions& common, const Error& error) {
  const int status = ShowError(application, common, error);
  return error.code.starts_with("MR09") ? kExitUsage : status;
}

std::vector<std::pair<CLI::App*, Command*>> DeclareCommands(
    const std::vector<std::unique_ptr<Command>>& commands, CLI::App* app, CommonOptions* common) {
  std::vector<std::pair<CLI::App*, Command*>> verbs;
  for (const auto& command : commands) {
    CLI::App* sub = app->add_subcommand(command->name(), command->help());
    sub->fallthrough(false);
    DeclareCommon(sub, common);
    command->Declare(sub);
    verbs.emplace_back(sub, command.get());
  }
  return verbs;
}

int RunCommandLine(int argc, const char* const* argv, Application* application) {
  CLI::App app("Real-time AI pipelines from one SQL file.", "millrace");
  app.set_help_flag("-h,--help", "Show help");
  app.require_subcommand(1);
  app.footer("Exit status: 0 fine, 1 findings or failure, 2 usage, 3 environment.");
  CommonOptions common;
  const auto commands = BuiltinCommands();
  const auto verbs = DeclareCommands(commands, &app, &common);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    CLI::App* shown = &app;
    for (CLI::App* sub : app.get_subcommands()) shown = sub;
    application->Print(shown->help(shown == &app ? "" : app.get_name()));
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    std::string message = error.what();
    if (argc > 1 && app.get_subcommands().empty()) {
      const std::string nearest = NearestVerb(commands, argv[1]);
      if (!nearest.empty()) {
        message = "unknown command '" + std::string(argv[1]) + "'; did you mean '" + nearest + "'?";
      }
    }
    application->Say("millrace: " + message + "\nRun `millrace --help` for the commands.\n");
    return kExitUsage;
  }
  application->color = UseColor(*application, common.color);
  for (const auto& [sub, command] : verbs) {
    if (sub->parsed()) return command->Run(application, common);
  }
  return kExitUsage;
}

}  // namespace millrace
