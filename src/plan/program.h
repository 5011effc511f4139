// SPDX-License-Identifier: Apache-2.0
// Program: a script after compilation, and Compiler, which keeps a session's catalog and settings
// between texts (a file is one text, the shell has many).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plan/binding/bind_context.h"
#include "plan/compiled/session_history.h"
#include "plan/node.h"
#include "sql/ast/statement.h"

namespace millrace {

/// What SHOW, DESCRIBE, EXPLAIN and SET answer: a small table of texts, or one text without
/// columns.
struct TextResult {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::string text;
};

/// One statement to carry out, in order. Exactly one of the parts is used.
struct Step {
  enum class Kind { kJob, kOutput, kPlanFile } kind = Kind::kOutput;
  Span span;
  std::string title;  // "INSERT INTO alerts", "SELECT", "SHOW TABLES"
  // kJob
  std::vector<PlanNodePtr> roots;  // SinkNode or CollectNode; shared sub-plans are equal by digest
  bool is_select = false;
  Settings settings;  // as they were at this statement
  SessionContext session;
  // kOutput
  TextResult output;
  // kPlanFile: COMPILE PLAN
  std::string path;
  std::string content;
};

struct Program {
  std::string name;  // identity of the pipeline
  std::vector<Step> steps;
};

/// Everything a text is compiled against. Not owning.
struct CompilerOptions {
  Registries registries;
  Environment env;
  std::string default_name = "pipeline";         // the file's stem
  std::map<std::string, std::string> overrides;  // -D key=value; win over SET
  bool check_files = true;
};

class Compiler {
 public:
  explicit Compiler(CompilerOptions options);

  /// Parses, binds and plans all statements of a text. With errors in `diagnostics` the steps are
  /// incomplete and must not run. Every `try:` in the list was compiled and removes its error.
  Program Compile(std::string_view text, DiagnosticList* diagnostics);

  const Catalog& catalog() const { return catalog_; }
  const Settings& settings() const { return settings_; }

 private:
  void CompileText(std::string_view text, DiagnosticList* diagnostics, Program* program);
  void VerifyTries(std::string_view text, const Catalog& catalog, const Settings& settings,
                   DiagnosticList* diagnostics) const;

  CompilerOptions options_;
  Catalog catalog_;
  Settings settings_;
  SessionHistory history_;
};

}  // namespace millrace
