// SPDX-License-Identifier: Apache-2.0
// FirstLine: where a message about a whole statement points to.
#pragma once

#include <string_view>

#include "diagnostics/diagnostic.h"

namespace millrace {

/// The first line of what `span` covers in `text`: enough to find it by.
inline Span FirstLine(Span span, std::string_view text) {
  const size_t end = text.substr(0, span.end).find('\n', span.begin);
  if (end == std::string_view::npos || end <= span.begin) return span;
  return {span.begin, static_cast<uint32_t>(end)};
}

}  // namespace millrace
