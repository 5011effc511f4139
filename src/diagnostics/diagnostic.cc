// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/diagnostic.h"

#include <algorithm>
#include <tuple>

namespace millrace {
namespace {

bool SameFinding(const Diagnostic& a, const Diagnostic& b) {
  return a.has_span == b.has_span && a.span == b.span && a.severity == b.severity &&
         a.code == b.code && a.message == b.message && a.detail == b.detail;
}

}  // namespace

Diagnostic MakeDiagnostic(std::string_view code, std::string message, Span span) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  return std::move(diagnostic.At(span));
}

Diagnostic ToDiagnostic(const Error& error) {
  Diagnostic diagnostic;
  diagnostic.code = error.code;
  diagnostic.domain = error.domain;
  diagnostic.message = error.message;
  diagnostic.detail = error.detail;
  if (!error.context.empty()) {
    if (!diagnostic.detail.empty()) diagnostic.detail += '\n';
    diagnostic.detail += "in ";
    for (size_t i = 0; i < error.context.size(); ++i) {
      diagnostic.detail += (i == 0 ? "" : ", ") + error.context[i];
    }
  }
  diagnostic.next_step = error.hint;
  return diagnostic;
}

Diagnostic& DiagnosticList::Add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::kError) ++errors_;
  if (entries_.size() >= kMaxErrors) {
    ++suppressed_;
    overflow_ = std::move(diagnostic);
    return overflow_;
  }
  return entries_.emplace_back(std::move(diagnostic));
}

void DiagnosticList::Normalize() {
  std::stable_sort(entries_.begin(), entries_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(!a.has_span, a.span.begin, a.span.end) <
           std::tuple(!b.has_span, b.span.begin, b.span.end);
  });
  std::vector<Diagnostic> kept;
  kept.reserve(entries_.size());
  for (Diagnostic& entry : entries_) {
    // Repeats share a place, so they are among the last entries kept.
    bool repeat = false;
    for (auto it = kept.rbegin(); it != kept.rend() && it->span == entry.span; ++it) {
      repeat = repeat || SameFinding(*it, entry);
    }
    if (!repeat) {
      kept.push_back(std::move(entry));
    } else if (entry.severity == Severity::kError) {
      --errors_;
    }
  }
  entries_ = std::move(kept);
}

}  // namespace millrace
