// SPDX-License-Identifier: Apache-2.0
// Fuzz target: any text goes through the parser; what it accepts must print, parse to an equal
// tree and print the same again. Every diagnostic must lie in the text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "sql/ast/equal.h"
#include "sql/parser.h"
#include "sql/printer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using millrace::DiagnosticList;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  DiagnosticList diagnostics;
  millrace::sql::ParsedScript script = millrace::sql::ParseScript(text, &diagnostics);
  for (const millrace::Diagnostic& diagnostic : diagnostics.entries()) {
    CHECK(diagnostic.span.begin <= diagnostic.span.end);
    CHECK(diagnostic.span.end <= size);
  }
  for (const millrace::sql::StatementPtr& statement : script.statements) {
    CHECK(statement->span.end <= size);
    std::string printed = millrace::sql::Print(*statement);
    DiagnosticList again;
    millrace::sql::StatementPtr second = millrace::sql::ParseStatement(printed, &again);
    CHECK(second != nullptr);
    CHECK(millrace::sql::Equal(*statement, *second));
    CHECK(millrace::sql::Print(*second) == printed);
  }
  return 0;
}
