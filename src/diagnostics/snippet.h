// SPDX-License-Identifier: Apache-2.0
// The excerpt of the source under a diagnostic's headline: the lines it talks about, with carets
// under the whole offending text, dashes under other places, and notes beside both. Tabs are
// expanded, wide characters measured, control characters replaced (a file must not steer the
// terminal), and lines wider than the options allow are cut around what is marked.
#pragma once

#include <string>
#include <string_view>

#include "diagnostics/render.h"

namespace millrace {

/// How text is coloured; every member is empty when colours are off.
struct Palette {
  explicit Palette(bool color, Severity severity);
  std::string_view severity;
  std::string_view bold;
  std::string_view frame;
  std::string_view good;
  std::string_view reset;
};

/// Where a diagnostic points. A place between two bytes behind the last word of the text moves to
/// just after that word: "expected )" belongs beside what is there, not on an empty line.
Span VisibleSpan(Span span, const SourceText& source);

/// The excerpt, from the bar above to the bar below; ends with a line break. `note` stands beside
/// the carets. REQUIRES: `diagnostic.has_span`.
std::string RenderSnippet(const Diagnostic& diagnostic, const SourceText& source,
                          std::string_view note, const RenderOptions& options,
                          const Palette& palette);

/// Columns of the widest line number the excerpt shows.
size_t GutterWidth(const Diagnostic& diagnostic, const SourceText& source);

}  // namespace millrace
