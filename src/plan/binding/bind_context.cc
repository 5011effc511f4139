// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/bind_context.h"

#include "diagnostics/nearest.h"
#include "sql/printer.h"

namespace millrace {

Diagnostic& BindContext::Error(std::string_view code, std::string message, Span span) {
  return diagnostics->Add(MakeDiagnostic(code, std::move(message), span));
}

Diagnostic& BindContext::Warning(std::string_view code, std::string message, Span span) {
  Diagnostic diagnostic = MakeDiagnostic(code, std::move(message), span);
  diagnostic.severity = Severity::kWarning;
  return diagnostics->Add(std::move(diagnostic));
}

void BindContext::NotSupported(std::string_view what, Span span, std::string next_step) {
  Diagnostic& diagnostic = Error("MR0401", std::string(what) + " is not supported yet", span);
  diagnostic.next_step = std::move(next_step);
}

Diagnostic& BindContext::Report(const millrace::Error& error, Span span) {
  Diagnostic diagnostic = ToDiagnostic(error);
  diagnostic.At(span);
  return diagnostics->Add(std::move(diagnostic));
}

void BindContext::Suggest(Diagnostic* diagnostic, std::string_view name,
                          const std::vector<std::string>& world, bool quote_as_identifier) {
  diagnostic->candidates = NearestNames(name, world);
  if (diagnostic->candidates.empty()) return;
  const std::string& best = diagnostic->candidates.front();
  diagnostic->try_text = quote_as_identifier ? sql::QuoteIdentifier(best) : best;
}

std::shared_ptr<const std::string> BindContext::KeepSource() {
  if (kept_source == nullptr || *kept_source != source) {
    kept_source = std::make_shared<std::string>(source);
  }
  return kept_source;
}

}  // namespace millrace
