// SPDX-License-Identifier: Apache-2.0
#include "cli/data_directory.h"

#include <filesystem>

#include "cli/script.h"

namespace millrace {

std::string DefaultDataDir(std::string_view pipeline) {
  return std::string(kDataDirectories) + "/" + std::string(pipeline);
}

Result<Program> OutlineProgram(Application* application, const std::string& file) {
  ScriptOptions options;
  options.file = file;
  TRY_ASSIGN(const LoadedScript script, LoadScript(application, options));
  CompilerOptions compiler_options = MakeCompilerOptions(*application, script);
  compiler_options.check_files = false;
  Compiler compiler(std::move(compiler_options));
  DiagnosticList ignored;
  return compiler.Compile(script.source.text(), &ignored);
}

Result<std::string> DataDirOfTarget(Application* application, const std::string& target) {
  std::string directory = target;
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  TRY_ASSIGN(const auto info, application->env.disk->Stat(directory));
  if (info && info->directory) return directory;
  if (!info) return DefaultDataDir(std::filesystem::path(target).stem().string());
  TRY_ASSIGN(const Program program, OutlineProgram(application, target));
  return DefaultDataDir(program.name);
}

}  // namespace millrace
