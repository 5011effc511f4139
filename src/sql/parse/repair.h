// SPDX-License-Identifier: Apache-2.0
// Corrections that are tried out: put into their statement, which is then parsed again.
#pragma once

#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace millrace::sql {

/// A syntax error often shows a word or two away from the keyword that was misspelt. Where another
/// spelling of one word makes a whole statement right, that word is the one error that is left of
/// the statement. `extents` are the statements of `text`; diagnostics before `first` stay.
void BlameMisspelling(std::string_view text, const std::vector<Span>& extents,
                      DiagnosticList* diagnostics, size_t first);

/// Keeps a suggestion only if, put into its statement, it leaves fewer errors than there were:
/// none, if this was the only one.
void CheckSuggestions(std::string_view text, const std::vector<Span>& extents,
                      DiagnosticList* diagnostics, size_t first);

}  // namespace millrace::sql
