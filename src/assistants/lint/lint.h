// SPDX-License-Identifier: Apache-2.0
// Lint: what a pipeline that compiles and runs does, and its author did not mean: state that grows
// for ever, windows that never close, results that are lost on the way. Each finding is a
// diagnostic (MR10xx) at the statement; where a setting cures it, the change is given and compiles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "plan/program.h"

namespace millrace {

/// Text to put in at a byte offset of the source.
struct LintChange {
  size_t offset = 0;
  std::string text;
  bool operator==(const LintChange&) const = default;
};

struct LintFinding {
  Diagnostic diagnostic;            // kWarning or kInfo, with a place
  std::vector<LintChange> changes;  // empty: the cure needs the author
  bool about_table = false;         // said once, however many statements use the table
};

/// The findings of a program that compiled without an error, in the order of the text. `text` is
/// what it was compiled from.
std::vector<LintFinding> Lint(const Program& program, std::string_view text);

/// The text with the changes of the findings; what several ask for is put in where it is needed
/// first.
std::string ApplyLintChanges(std::string_view text, const std::vector<LintFinding>& findings);

}  // namespace millrace
