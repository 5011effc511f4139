// SPDX-License-Identifier: Apache-2.0
#include "connectors/http_topic.h"

namespace millrace {

std::string HttpTopicName(std::string_view table) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name = "http.";
  for (const char c : table) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-';
    if (plain) {
      name += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    name += '_';
    name += kDigits[byte >> 4];
    name += kDigits[byte & 15];
  }
  return name;
}

}  // namespace millrace
