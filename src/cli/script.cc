// SPDX-License-Identifier: Apache-2.0
#include "cli/script.h"

#include <filesystem>
#include <iostream>
#include <iterator>

namespace millrace {

void ScriptOptions::Declare(CLI::App* app) {
  app->add_option("file", file, "SQL file; - reads standard input")->type_name("SQL_FILE");
  app->add_option("-e,--execute", expression, "SQL text instead of a file");
  app->add_option("-D,--define", definitions, "key=value: overrides a SET of the file")
      ->allow_extra_args(false);
}

Result<std::map<std::string, std::string>> ParseDefinitions(
    const std::vector<std::string>& definitions) {
  std::map<std::string, std::string> overrides;
  for (const std::string& definition : definitions) {
    const size_t equals = definition.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UserError("MR0902", "-D takes key=value, found '" + definition + "'");
    }
    overrides[definition.substr(0, equals)] = definition.substr(equals + 1);
  }
  return overrides;
}

Result<LoadedScript> LoadScript(Application* application, const ScriptOptions& options) {
  LoadedScript script;
  if (options.file.empty() == options.expression.empty()) {
    return UserError("MR0902", "expected one SQL file, or -e 'SQL'");
  }
  std::string text = options.expression;
  std::string name = "-e";
  script.pipeline = "inline";
  if (options.file == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
    name = "<stdin>";
    script.pipeline = "stdin";
  } else if (!options.file.empty()) {
    TRY_ASSIGN(text, application->env.disk->ReadAll(options.file));
    name = options.file;
    script.pipeline = std::filesystem::path(options.file).stem().string();
  }
  script.source = SourceText(name, std::move(text));
  TRY_ASSIGN(script.overrides, ParseDefinitions(options.definitions));
  application->secrets.AddReferences(script.source.text(), application->env);
  return script;
}

CompilerOptions MakeCompilerOptions(const Application& application, const LoadedScript& script) {
  CompilerOptions options;
  options.registries = application.registries;
  options.env = application.env;
  options.default_name = script.pipeline;
  options.overrides = script.overrides;
  return options;
}

}  // namespace millrace
