// SPDX-License-Identifier: Apache-2.0
// ShellSession: reads statements and carries them out one by one, against one catalog and one set
// of settings. Every INSERT has a data directory of its own, named by its plan, so that one that
// was stopped goes on when it is entered again. One thread; Ctrl-C is with the statement that runs,
// else with the line.
#pragma once

#include <map>
#include <string>

#include "cli/command.h"
#include "cli/output/row_writer.h"
#include "cli/shell/line_source.h"
#include "cli/shell/statement_buffer.h"
#include "plan/program.h"

namespace millrace {

struct ShellOptions {
  std::string data_dir;                          // of all statements
  std::map<std::string, std::string> overrides;  // -D
  RowStyle style = RowStyle::kChangelog;
  CommonOptions common;
  bool interactive = false;
};

class ShellSession {
 public:
  ShellSession(Application* application, ShellOptions options);

  /// Until quit or the end of the input. Exit status: 0, or that of the first failure when nobody
  /// looks on.
  int Run(LineSource* lines);
  const Compiler& compiler() const { return compiler_; }

 private:
  enum class Next { kGoOn, kLeave };

  Next Take(LineSource* lines);
  Next Execute(const std::string& statement);
  Next RunProgram(Program program);
  bool IsShellWord(const std::string& statement, Next* next) const;
  std::string PromptFor() const;
  void Fail(int status) {
    if (status_ == kExitOk && !options_.interactive) status_ = status;
  }

  Application* application_;
  ShellOptions options_;
  Compiler compiler_;
  StatementBuffer buffer_;
  int status_ = kExitOk;
};

}  // namespace millrace
