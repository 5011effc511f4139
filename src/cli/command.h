// SPDX-License-Identifier: Apache-2.0
// Command: one verb of the command line. A command declares its options on a CLI11 sub-command and
// is run if that one was chosen. commands/builtin.cc lists all of them.
#pragma once

#include <CLI/App.hpp>

#include <memory>
#include <string>
#include <vector>

#include "cli/application.h"
#include "diagnostics/diagnostic.h"
#include "diagnostics/render.h"

namespace millrace {

/// Options every command has.
struct CommonOptions {
  bool json = false;
  bool quiet = false;
  std::string color = "auto";
};

class Command {
 public:
  virtual ~Command() = default;
  virtual std::string name() const = 0;
  virtual std::string help() const = 0;
  virtual void Declare(CLI::App* app) = 0;
  virtual int Run(Application* application, const CommonOptions& common) = 0;
};

std::vector<std::unique_ptr<Command>> BuiltinCommands();
/// Makes a sub-command with its options of each of them, and of the common options.
std::vector<std::pair<CLI::App*, Command*>> DeclareCommands(
    const std::vector<std::unique_ptr<Command>>& commands, CLI::App* app, CommonOptions* common);

/// Shows diagnostics: JSON on standard output, else text on standard error. Exit status they imply.
int ShowDiagnostics(const Application& application, const CommonOptions& common,
                    const DiagnosticList& diagnostics, const SourceText* source);
/// The same for one error without a place.
int ShowError(const Application& application, const CommonOptions& common, const Error& error);
/// The same; a wrong use of the command (MR09) is kExitUsage.
int ShowUsage(const Application& application, const CommonOptions& common, const Error& error);

}  // namespace millrace
