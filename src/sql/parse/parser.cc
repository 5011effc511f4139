// SPDX-License-Identifier: Apache-2.0
// The entry points.
#include "sql/parser.h"

#include <limits>

#include "sql/parse/grammar.h"
#include "sql/parse/repair.h"

namespace millrace::sql {
namespace {

bool TooLarge(std::string_view text, uint32_t offset, DiagnosticList* diagnostics) {
  if (text.size() < std::numeric_limits<uint32_t>::max() - offset) return false;
  diagnostics->Add(MakeDiagnostic("MR0121", "the text is larger than 4 GiB", Span{}));
  return true;
}

}  // namespace

ParsedScript ParseScript(std::string_view text, DiagnosticList* diagnostics) {
  ParsedScript script;
  if (TooLarge(text, 0, diagnostics)) return script;
  size_t first = diagnostics->entries().size();
  Grammar grammar(text, 0, diagnostics);
  script.statements = grammar.ParseScript();
  BlameMisspelling(text, grammar.extents(), diagnostics, first);
  CheckSuggestions(text, grammar.extents(), diagnostics, first);
  return script;
}

StatementPtr ParseStatement(std::string_view text, DiagnosticList* diagnostics) {
  if (TooLarge(text, 0, diagnostics)) return nullptr;
  size_t first = diagnostics->entries().size();
  Grammar grammar(text, 0, diagnostics);
  StatementPtr statement = grammar.ParseSingleStatement();
  BlameMisspelling(text, grammar.extents(), diagnostics, first);
  CheckSuggestions(text, grammar.extents(), diagnostics, first);
  return statement;
}

ExprPtr ParseExpression(std::string_view text, DiagnosticList* diagnostics, uint32_t offset) {
  if (TooLarge(text, offset, diagnostics)) return nullptr;
  return Grammar(text, offset, diagnostics).ParseSingleExpression();
}

QueryPtr ParseQuery(std::string_view text, DiagnosticList* diagnostics, uint32_t offset) {
  if (TooLarge(text, offset, diagnostics)) return nullptr;
  return Grammar(text, offset, diagnostics).ParseSingleQuery();
}

TypeNamePtr ParseType(std::string_view text, DiagnosticList* diagnostics, uint32_t offset) {
  if (TooLarge(text, offset, diagnostics)) return nullptr;
  return Grammar(text, offset, diagnostics).ParseSingleType();
}

}  // namespace millrace::sql
