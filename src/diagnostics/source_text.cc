// SPDX-License-Identifier: Apache-2.0
// SourceText (render.h): finds lines and columns in a text.
#include <algorithm>

#include "base/utf8.h"
#include "diagnostics/render.h"

namespace millrace {

SourceText::SourceText(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), line_starts_{0} {
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(static_cast<uint32_t>(i + 1));
  }
}

SourceText::Position SourceText::PositionOf(uint32_t byte) const {
  byte = std::min(byte, static_cast<uint32_t>(text_.size()));
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), byte);
  const uint32_t line = static_cast<uint32_t>(after - line_starts_.begin());
  const uint32_t start = line_starts_[line - 1];
  return {line, CountCodePoints(std::string_view(text_).substr(start, byte - start)) + 1};
}

std::string_view SourceText::Line(uint32_t line) const {
  if (line == 0 || line > line_starts_.size()) return {};
  const uint32_t begin = line_starts_[line - 1];
  size_t end = line == line_starts_.size() ? text_.size() : line_starts_[line] - 1;
  if (end > begin && text_[end - 1] == '\r') --end;
  return std::string_view(text_).substr(begin, end - begin);
}

}  // namespace millrace
