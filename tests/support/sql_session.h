// SPDX-License-Identifier: Apache-2.0
// SqlSession: runs statements in this process as the command line would, and keeps what they print.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plan/program.h"

namespace millrace {

/// How the same file is run again.
struct RunMode {
  int parallelism = 1;
  int batch_size = 8192;
  std::string ToString() const;
};

/// What one statement answered. `error` starts with the message code.
struct StatementResult {
  bool has_section = false;  // ran a job, or answered with rows
  std::vector<std::string> lines;
  std::string error;
  DiagnosticList diagnostics;
};

/// The processes' seams and plug-ins, made once.
class SqlSession {
 public:
  explicit SqlSession(RunMode mode);
  ~SqlSession();

  /// One statement, without `;`.
  StatementResult Execute(const std::string& statement);
  /// Only compiles; nothing runs.
  Program Compile(const std::string& text, DiagnosticList* diagnostics);

 private:
  struct Parts;
  Status RunStep(const Step& step, StatementResult* result);

  std::unique_ptr<Parts> parts_;
};

/// Cuts a file at `;` outside quotes, comments and statement sets.
std::vector<std::string> SplitStatements(const std::string& text);

std::string ReadTextFile(const std::string& path);
std::vector<std::string> SplitLines(const std::string& text);
/// Files below `folder` that end with `suffix`, relative and without it, sorted.
std::vector<std::string> FindCases(const std::string& folder, const std::string& suffix);
/// A text that GoogleTest takes as the name of a parameter.
std::string CaseName(const std::string& path);

}  // namespace millrace
