// SPDX-License-Identifier: Apache-2.0
#include "formats/columns/number_text.h"

#include <array>
#include <cmath>
#include <limits>

namespace millrace {
namespace {

constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

template <typename T>
T FromChars(const char* begin, const char* end, std::chars_format format) {
  T value{};
  const auto [stop, error] = std::from_chars(begin, end, value, format);
  if (error != std::errc::result_out_of_range) return value;
  // from_chars leaves the value alone: decide between zero and infinity by the exponent's sign.
  std::string_view text(begin, static_cast<size_t>(end - begin));
  const size_t mark = text.find_first_of(format == std::chars_format::hex ? "pP" : "eE");
  const bool tiny = mark != std::string_view::npos
                        ? text.substr(mark + 1).starts_with('-')
                        : text.starts_with("0.") || text.starts_with('.');
  return tiny ? T{0} : std::numeric_limits<T>::infinity();
}

/// Digits, point and exponent as Java's grammar has them; returns the end of the number or nullptr.
const char* ScanDecimal(const char* p, const char* end) {
  const char* start = p;
  while (p < end && IsDigit(*p)) ++p;
  int64_t digits = p - start;
  if (p < end && *p == '.') {
    const char* fraction = ++p;
    while (p < end && IsDigit(*p)) ++p;
    digits += p - fraction;
  }
  if (digits == 0) return nullptr;
  if (p < end && (*p | 0x20) == 'e') {
    const char* exponent = p + 1;
    if (exponent < end && (*exponent == '+' || *exponent == '-')) ++exponent;
    if (exponent == end || !IsDigit(*exponent)) return nullptr;
    while (exponent < end && IsDigit(*exponent)) ++exponent;
    p = exponent;
  }
  return p;
}

template <typename T>
std::optional<T> ParseHexFloat(std::string_view text) {
  const size_t mark = text.find_first_of("pP");
  if (mark == std::string_view::npos) return std::nullopt;
  std::string plain(text);
  if (mark + 1 < plain.size() && plain[mark + 1] == '+') plain.erase(mark + 1, 1);
  T value{};
  const auto [end, error] =
      std::from_chars(plain.data(), plain.data() + plain.size(), value, std::chars_format::hex);
  if (end != plain.data() + plain.size() || error == std::errc::invalid_argument) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    return FromChars<T>(plain.data(), plain.data() + plain.size(), std::chars_format::hex);
  }
  return value;
}

template <typename T>
std::optional<T> ParseJavaReal(std::string_view text) {
  text = TrimJava(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  T value{};
  if (text == "NaN") return std::numeric_limits<T>::quiet_NaN();
  if (text == "Infinity") {
    value = std::numeric_limits<T>::infinity();
  } else {
    if (!text.empty() && std::string_view("fFdD").find(text.back()) != std::string_view::npos) {
      text.remove_suffix(1);
    }
    if (text.starts_with("0x") || text.starts_with("0X")) {
      const auto parsed = ParseHexFloat<T>(text.substr(2));
      if (!parsed) return std::nullopt;
      value = *parsed;
    } else {
      const char* end = text.data() + text.size();
      if (text.empty() || ScanDecimal(text.data(), end) != end) return std::nullopt;
      value = FromChars<T>(text.data(), end, std::chars_format::general);
    }
  }
  return negative ? -value : value;
}

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> kBase64Values = [] {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int8_t i = 0; i < 64; ++i) values[static_cast<unsigned char>(kBase64[i])] = i;
  return values;
}();

}  // namespace

std::string_view TrimJava(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::optional<double> ParseJavaDouble(std::string_view text) { return ParseJavaReal<double>(text); }
std::optional<float> ParseJavaFloat(std::string_view text) { return ParseJavaReal<float>(text); }

double ParseDecimalDouble(const char* begin, const char* end) {
  // Up to 15 significant digits and a small exponent: one exact multiplication or division.
  const char* p = begin;
  const bool negative = p < end && *p == '-';
  if (negative) ++p;
  uint64_t mantissa = 0;
  int digits = 0;
  int exponent = 0;
  for (; p < end && IsDigit(*p); ++p, ++digits)
    mantissa = mantissa * 10 + static_cast<uint64_t>(*p - '0');
  if (p < end && *p == '.') {
    for (++p; p < end && IsDigit(*p); ++p, ++digits, --exponent) {
      mantissa = mantissa * 10 + static_cast<uint64_t>(*p - '0');
    }
  }
  if (p == end && digits <= 15 && exponent >= -22) {
    const double value = static_cast<double>(mantissa) / kExactPowers[-exponent];
    return negative ? -value : value;
  }
  const double value =
      FromChars<double>(negative ? begin + 1 : begin, end, std::chars_format::general);
  return negative ? -value : value;
}

bool ParseJavaBoolean(std::string_view text) {
  text = TrimJava(text);
  return text.size() == 4 && (text[0] | 0x20) == 't' && (text[1] | 0x20) == 'r' &&
         (text[2] | 0x20) == 'u' && (text[3] | 0x20) == 'e';
}

void AppendStrippedDecimal(Int128 value, int scale, std::string* out) {
  if (value == 0) {
    out->push_back('0');
    return;
  }
  while (value % 10 == 0) {
    value /= 10;
    --scale;
  }
  if (scale >= 0) {
    AppendDecimal(value, scale, out);
    return;
  }
  std::string digits;
  AppendDecimalPlain(value, 0, &digits);
  const size_t lead = digits[0] == '-' ? 2 : 1;
  const int exponent = static_cast<int>(digits.size() - lead) - scale;
  if (digits.size() > lead) digits.insert(lead, 1, '.');
  *out += digits + "E+" + std::to_string(exponent);
}

std::optional<size_t> DecodeBase64Text(std::string_view text, char* out) {
  if (text.size() % 4 != 0) return std::nullopt;
  char* p = out;
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const int padding = !last                                      ? 0
                        : text[i + 2] == '=' && text[i + 3] == '=' ? 2
                                                                   : text[i + 3] == '=';
    uint32_t bits = 0;
    for (size_t k = 0; k < 4; ++k) {
      const int value = k >= 4u - static_cast<size_t>(padding)
                            ? 0
                            : kBase64Values[static_cast<unsigned char>(text[i + k])];
      if (value < 0) return std::nullopt;
      bits = bits << 6 | static_cast<uint32_t>(value);
    }
    *p++ = static_cast<char>(bits >> 16);
    if (padding < 2) *p++ = static_cast<char>(bits >> 8);
    if (padding < 1) *p++ = static_cast<char>(bits);
  }
  return static_cast<size_t>(p - out);
}

void AppendBase64Text(std::string_view bytes, std::string* out) {
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const uint32_t bits = static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << 16 |
                          static_cast<uint32_t>(static_cast<unsigned char>(bytes[i + 1])) << 8 |
                          static_cast<unsigned char>(bytes[i + 2]);
    const char quad[] = {kBase64[bits >> 18], kBase64[bits >> 12 & 63], kBase64[bits >> 6 & 63],
                         kBase64[bits & 63]};
    out->append(quad, 4);
  }
  if (i == bytes.size()) return;
  const bool two = i + 2 == bytes.size();
  uint32_t bits = static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << 16;
  if (two) bits |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[i + 1])) << 8;
  const char quad[] = {kBase64[bits >> 18], kBase64[bits >> 12 & 63],
                       two ? kBase64[bits >> 6 & 63] : '=', '='};
  out->append(quad, 4);
}

}  // namespace millrace
