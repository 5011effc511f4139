// SPDX-License-Identifier: Apache-2.0
#include "functions/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace millrace {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::array<int8_t, 256> MakeReverse() {
  std::array<int8_t, 256> reverse;
  reverse.fill(-1);
  for (int i = 0; i < 64; ++i) reverse[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  return reverse;
}

}  // namespace

void AppendBase64(std::string_view bytes, std::string* out) {
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (j < count ? static_cast<uint8_t>(bytes[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      out->push_back(j <= count ? kAlphabet[(bits >> (18 - 6 * j)) & 63] : '=');
    }
  }
}

const char* DecodeBase64(std::string_view text, std::string* bytes) {
  static const std::array<int8_t, 256> kReverse = MakeReverse();
  uint32_t bits = 0;
  int held = 0;  // characters of the last unit
  size_t i = 0;
  for (; i < text.size() && text[i] != '='; ++i) {
    const int value = kReverse[static_cast<uint8_t>(text[i])];
    if (value < 0) return "a character is not of the alphabet";
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++held == 4) {
      for (int shift = 16; shift >= 0; shift -= 8) {
        bytes->push_back(static_cast<char>(bits >> shift));
      }
      bits = 0;
      held = 0;
    }
  }
  if (i < text.size() && (held < 2 || text.substr(i) != (held == 2 ? "==" : "="))) {
    return "the padding is wrong";
  }
  if (held == 1) return "the last unit has a single character";
  if (held >= 2) bytes->push_back(static_cast<char>(bits >> (held == 2 ? 4 : 10)));
  if (held == 3) bytes->push_back(static_cast<char>(bits >> 2));
  return nullptr;
}

}  // namespace millrace
