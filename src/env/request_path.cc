// SPDX-License-Identifier: Apache-2.0
#include "env/request_path.h"

#include <algorithm>

#include "base/utf8.h"

namespace millrace {
namespace {

constexpr size_t kSegmentsMax = 16;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> DecodeSegment(std::string_view text) {
  std::string segment;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '/' || c == '\\') return std::nullopt;
    segment += c;
  }
  if (segment.empty() || segment == "." || segment == ".." || !IsValidUtf8(segment)) {
    return std::nullopt;
  }
  return segment;
}

}  // namespace

std::optional<RequestPath> ParseRequestPath(std::string_view target) {
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos) return std::nullopt;
  RequestPath path;
  const size_t question = target.find('?');
  if (question != std::string_view::npos) path.query = target.substr(question + 1);
  std::string_view rest =
      target.substr(1, question == std::string_view::npos ? std::string_view::npos : question - 1);
  while (!rest.empty()) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    auto segment = DecodeSegment(rest.substr(0, slash));
    if (!segment || path.segments.size() == kSegmentsMax) return std::nullopt;
    path.segments.push_back(*std::move(segment));
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  return path;
}

}  // namespace millrace
