// SPDX-License-Identifier: Apache-2.0
// The one table of user-visible error codes. Ranges: MR00 internal, MR01 lexical and syntax, MR02
// names, MR03 types and expressions, MR04 statements and planning (not supported, streaming rules),
// MR05 connectors, formats and options, MR06 models, MR07 run time (rows, actions), MR08
// environment (files, locks, network), MR09 command line, MR10 findings of `millrace lint`. Each
// group is one file under codes/ with a sorted array.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace millrace {

/// One code. `explanation` is Markdown of a few sentences: cause, consequence, cure. `example` is
/// SQL or a command that causes it (may be empty), `fixed` the same put right.
struct CodeInfo {
  std::string_view code;
  std::string_view title;
  std::string_view explanation;
  std::string_view example;
  std::string_view fixed;
};

/// All codes in ascending order.
std::vector<CodeInfo> AllCodes();
/// Looks a code up, case-insensitively; nullptr if unknown.
const CodeInfo* FindCode(std::string_view code);

std::span<const CodeInfo> InternalCodes();
std::span<const CodeInfo> SyntaxCodes();
std::span<const CodeInfo> NameCodes();
std::span<const CodeInfo> TypeCodes();
std::span<const CodeInfo> PlanCodes();
std::span<const CodeInfo> ConnectorCodes();
std::span<const CodeInfo> ModelCodes();
std::span<const CodeInfo> RuntimeCodes();
std::span<const CodeInfo> EnvironmentCodes();
std::span<const CodeInfo> CommandLineCodes();
std::span<const CodeInfo> LintCodes();

}  // namespace millrace
