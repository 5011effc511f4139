// SPDX-License-Identifier: Apache-2.0
#include "functions/cast/parse_number.h"

#include <charconv>
#include <limits>
#include <string>

namespace millrace {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// from_chars takes what Java does but for signs, `0x`, suffixes and the names of what is not
/// finite.
template <typename T>
std::optional<T> ParseFloating(std::string_view text) {
  text = TrimWhitespace(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const auto sign = [negative](T value) { return negative ? -value : value; };
  if (text == "NaN") return std::numeric_limits<T>::quiet_NaN();
  if (text == "Infinity") return sign(std::numeric_limits<T>::infinity());
  auto format = std::chars_format::general;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    format = std::chars_format::hex;
    text.remove_prefix(2);
  }
  if (text.size() > 1 && std::string_view("dDfF").find(text.back()) != std::string_view::npos &&
      (IsDigit(text[text.size() - 2]) || text[text.size() - 2] == '.')) {
    text.remove_suffix(1);
  }
  // from_chars would also take "inf" and "nan"; a number starts with a digit or a point.
  if (text.empty()) return std::nullopt;
  const bool hex = format == std::chars_format::hex;
  if (!hex && !IsDigit(text[0]) && text[0] != '.') return std::nullopt;
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // Too large or too small: an exponent with a minus, or no digit but zeros before it, means
    // zero.
    const size_t mark = text.find_first_of(hex ? "pP" : "eE");
    const bool small =
        mark != std::string_view::npos ? text[mark + 1] == '-' : text[0] == '.' || text[0] == '0';
    return sign(small ? T{0} : std::numeric_limits<T>::infinity());
  }
  if (error != std::errc()) return std::nullopt;
  return sign(value);
}

}  // namespace

std::string_view TrimSpaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view TrimWhitespace(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::string_view TrimNumber(std::string_view text) {
  text = TrimWhitespace(text);
  if (text.size() < 2 || std::string_view("dDfFlL").find(text.back()) == std::string_view::npos) {
    return text;
  }
  const char before = text[text.size() - 2];
  return IsDigit(before) || before == '.' ? text.substr(0, text.size() - 1) : text;
}

std::optional<int64_t> ParseInteger(std::string_view text, int64_t min, int64_t max) {
  text = TrimSpaces(text);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  size_t i = negative || text[0] == '+' ? 1 : 0;
  if (i == text.size()) return std::nullopt;
  int64_t value = 0;  // kept negative: the range is larger there
  for (; i < text.size() && text[i] != '.'; ++i) {
    if (!IsDigit(text[i])) return std::nullopt;
    if (__builtin_mul_overflow(value, int64_t{10}, &value) ||
        __builtin_sub_overflow(value, static_cast<int64_t>(text[i] - '0'), &value)) {
      return std::nullopt;
    }
  }
  if (i < text.size()) ++i;  // the point; the digits behind it only have to be digits
  for (; i < text.size(); ++i) {
    if (!IsDigit(text[i])) return std::nullopt;
  }
  if (!negative) {
    if (value == std::numeric_limits<int64_t>::min()) return std::nullopt;
    value = -value;
  }
  if (value < min || value > max) return std::nullopt;
  return value;
}

std::optional<double> ParseDouble(std::string_view text) { return ParseFloating<double>(text); }
std::optional<float> ParseFloat(std::string_view text) { return ParseFloating<float>(text); }

std::optional<bool> ParseBoolean(std::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  char lower[5];
  for (size_t i = 0; i < text.size(); ++i) {
    lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
  }
  const std::string_view word(lower, text.size());
  for (const std::string_view yes : {"t", "true", "y", "yes", "1"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"f", "false", "n", "no", "0"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

}  // namespace millrace
