// SPDX-License-Identifier: Apache-2.0
// The entry points, and the promise that a `try:` compiles: every suggestion is put into the text
// and the statement parsed again; one that does not get past the error is taken back.
#include "sql/parser.h"

#include <algorithm>
#include <limits>
#include <string>

#include "sql/parse/grammar.h"

namespace millrace::sql {
namespace {

constexpr size_t kMaxChecks = 64;             // suggestions checked per text
constexpr size_t kMaxCheckedBytes = 1 << 20;  // text parsed again for that

size_t CountErrors(const std::string& text) {
  DiagnosticList found;
  Grammar grammar(text, 0, &found);
  grammar.ParseScript();
  return found.error_count();
}

/// Keeps a suggestion only if, put into its statement, it leaves fewer errors than there were:
/// none, if this was the only one.
void CheckSuggestions(std::string_view text, const std::vector<Span>& extents,
                      DiagnosticList* diagnostics, size_t first) {
  size_t checks = 0;
  size_t bytes = 0;
  auto& entries = diagnostics->mutable_entries();
  for (size_t i = first; i < entries.size(); ++i) {
    Diagnostic& diagnostic = entries[i];
    if (diagnostic.try_text.empty() || !diagnostic.has_span) continue;
    Span span = diagnostic.span;
    auto extent = std::ranges::find_if(extents, [&](Span candidate) {
      return candidate.begin <= span.begin && span.end <= candidate.end;
    });
    Span window = extent == extents.end() ? Span{0, static_cast<uint32_t>(text.size())} : *extent;
    bytes += window.end - window.begin;
    if (++checks > kMaxChecks || bytes > kMaxCheckedBytes) {
      diagnostic.try_text.clear();
      continue;
    }
    size_t before = std::ranges::count_if(entries, [&](const Diagnostic& other) {
      return other.has_span && other.span.begin >= window.begin && other.span.end <= window.end;
    });
    std::string fixed(text.substr(window.begin, span.begin - window.begin));
    fixed += diagnostic.try_text;
    fixed += text.substr(span.end, window.end - span.end);
    if (CountErrors(fixed) >= before) diagnostic.try_text.clear();
  }
}

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
  CheckSuggestions(text, grammar.extents(), diagnostics, first);
  return script;
}

StatementPtr ParseStatement(std::string_view text, DiagnosticList* diagnostics) {
  if (TooLarge(text, 0, diagnostics)) return nullptr;
  size_t first = diagnostics->entries().size();
  Grammar grammar(text, 0, diagnostics);
  StatementPtr statement = grammar.ParseSingleStatement();
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
