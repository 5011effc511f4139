// SPDX-License-Identifier: Apache-2.0
#include "server/query_parameters.h"

#include <charconv>
#include <optional>

#include "base/utf8.h"

namespace millrace {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Form encoding: '+' is a blank.
std::optional<std::string> Decode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!IsValidUtf8(out)) return std::nullopt;
  return out;
}

}  // namespace

Result<QueryParameters> QueryParameters::Parse(std::string_view query) {
  QueryParameters parameters;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    const size_t equals = std::min(part.find('='), part.size());
    const auto name = Decode(part.substr(0, equals));
    const auto value = Decode(part.substr(std::min(equals + 1, part.size())));
    if (!name || !value) return UserError("MR0764", "the query of the target is malformed");
    if (!parameters.values_.emplace(*name, *value).second) {
      return UserError("MR0764", "parameter '" + *name + "' is there twice");
    }
  }
  return parameters;
}

std::string QueryParameters::Text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : found->second;
}

Result<uint64_t> QueryParameters::Number(std::string_view name, uint64_t absent, uint64_t min,
                                         uint64_t max) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return absent;
  const std::string& text = found->second;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= min && value <= max) {
    return value;
  }
  return UserError("MR0764", "parameter '" + std::string(name) + "' takes a number from " +
                                 std::to_string(min) + " to " + std::to_string(max));
}

}  // namespace millrace
