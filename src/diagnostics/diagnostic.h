// SPDX-License-Identifier: Apache-2.0
// Diagnostic: the one type of every message to a user, in the command line, the page, the API and
// the repair loop. Rendered as text with a caret (render.h) and as JSON, one shape for all doors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

enum class Severity { kError, kWarning, kInfo };

/// Half-open byte range [begin, end) in one source text. An empty range points between two bytes.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;

  bool operator==(const Span&) const = default;
  /// The smallest span that covers both.
  Span Cover(Span other) const {
    return {begin < other.begin ? begin : other.begin, end > other.end ? end : other.end};
  }
};

/// A secondary place with a note, e.g. "declared here".
struct Label {
  Span span;
  std::string text;
};

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string code;  // "MR0201"; its page is `millrace explain MR0201`
  ErrorDomain domain = ErrorDomain::kUser;
  std::string message;  // one line: what was found and what was expected
  std::string detail;   // optional further lines
  bool has_span = false;
  Span span;  // the whole offending token or clause
  std::vector<Label> labels;
  std::vector<std::string> candidates;  // nearest names of the closed world, best first
  std::string try_text;                 // a replacement that compiles; empty if none is known
  bool try_is_statement = false;        // try_text replaces the whole statement, not just the span
  std::string next_step;                // one imperative sentence; empty if the message says it all

  Diagnostic& At(Span where) {
    has_span = true;
    span = where;
    return *this;
  }
};

/// Builds an error diagnostic of the user's domain at a place.
Diagnostic MakeDiagnostic(std::string_view code, std::string message, Span span);

/// Turns an error that reached the top into a diagnostic without a place.
Diagnostic ToDiagnostic(const Error& error);

/// Collects what one pass over a file finds. Not thread-safe. Never drops an entry silently: past
/// kMaxErrors it counts on and says so when rendered.
class DiagnosticList {
 public:
  static constexpr size_t kMaxErrors = 200;

  Diagnostic& Add(Diagnostic diagnostic);
  bool has_errors() const { return errors_ > 0; }
  size_t error_count() const { return errors_; }
  /// How many were counted but not kept.
  size_t suppressed_count() const { return suppressed_; }
  const std::vector<Diagnostic>& entries() const { return entries_; }
  std::vector<Diagnostic>& mutable_entries() { return entries_; }
  /// Sorts by place, entries without one last, and removes exact repeats.
  void Normalize();

 private:
  std::vector<Diagnostic> entries_;
  size_t errors_ = 0;
  size_t suppressed_ = 0;
  Diagnostic overflow_;
};

}  // namespace millrace
