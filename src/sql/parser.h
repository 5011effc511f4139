// SPDX-License-Identifier: Apache-2.0
// The parser of the Flink SQL dialect: text in, syntax tree and diagnostics out. It recovers at
// `;`, so one pass reports every broken statement; statements that parsed are returned even when
// others did not. Never throws; depth is bounded (deep nesting is a diagnostic); time is linear.
// Texts of 4 GiB and more are refused. Any thread; no state.
#pragma once

#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "sql/ast/statement.h"

namespace millrace::sql {

struct ParsedScript {
  std::vector<StatementPtr> statements;  // in order; those with errors are left out
};

/// Parses a whole file of statements separated by `;`.
ParsedScript ParseScript(std::string_view text, DiagnosticList* diagnostics);

/// Parses exactly one statement (a trailing `;` is allowed); nullptr after an error.
StatementPtr ParseStatement(std::string_view text, DiagnosticList* diagnostics);

/// Parses exactly one expression; nullptr after an error. `offset` is added to every span, for text
/// that was cut out of a larger source.
ExprPtr ParseExpression(std::string_view text, DiagnosticList* diagnostics, uint32_t offset = 0);

/// Parses exactly one query; nullptr after an error.
QueryPtr ParseQuery(std::string_view text, DiagnosticList* diagnostics, uint32_t offset = 0);

/// Parses exactly one type, e.g. `ROW<a INT, b STRING>`; nullptr after an error.
TypeNamePtr ParseType(std::string_view text, DiagnosticList* diagnostics, uint32_t offset = 0);

}  // namespace millrace::sql
