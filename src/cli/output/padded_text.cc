// SPDX-License-Identifier: Apache-2.0
#include "cli/output/padded_text.h"

#include "base/utf8.h"

namespace millrace {

std::string Padded(std::string text, size_t width, Align align) {
  const size_t has = DisplayWidth(text);
  if (has >= width) return text;
  const std::string blanks(width - has, ' ');
  return align == Align::kRight ? blanks + text : text + blanks;
}

}  // namespace millrace
