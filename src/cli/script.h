// SPDX-License-Identifier: Apache-2.0
// Script: where the SQL of a command comes from (a file, standard input, -e) and its compilation.
#pragma once

#include <CLI/App.hpp>

#include <string>
#include <vector>

#include "cli/command.h"
#include "plan/program.h"

namespace millrace {

/// Options of commands that take a script.
struct ScriptOptions {
  std::string file;                      // "-" is standard input
  std::string expression;                // -e
  std::vector<std::string> definitions;  // -D key=value

  void Declare(CLI::App* app);
};

/// A text with its name for messages and the default name of its pipeline.
struct LoadedScript {
  SourceText source{"", ""};
  std::string pipeline;
  std::map<std::string, std::string> overrides;
};

/// The -D options; MR0902 for one without `=`.
Result<std::map<std::string, std::string>> ParseDefinitions(
    const std::vector<std::string>& definitions);

/// Makes the text's secrets known to the application.
Result<LoadedScript> LoadScript(Application* application, const ScriptOptions& options);

CompilerOptions MakeCompilerOptions(const Application& application, const LoadedScript& script);

}  // namespace millrace
