// SPDX-License-Identifier: Apache-2.0
#include "functions/string/java_format.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/utf8.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

constexpr int kMaxWidth = 1 << 20;

struct Specifier {
  int index = 0;  // from 1; 0: the next one
  bool previous = false;
  std::string flags;
  int width = -1;
  int precision = -1;
  char conversion = 0;

  bool Has(char flag) const { return flags.find(flag) != std::string::npos; }
};

bool ReadNumber(std::string_view* text, int* number) {
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *number);
  if (error != std::errc() || *number > kMaxWidth) return false;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  return true;
}

/// Reads what stands behind '%'.
bool ReadSpecifier(std::string_view* text, Specifier* out) {
  const size_t digits = std::min(text->find_first_not_of("0123456789"), text->size());
  if (digits > 0 && digits < text->size() && (*text)[digits] == '$') {
    if (!ReadNumber(text, &out->index) || out->index == 0) return false;
    text->remove_prefix(1);
  }
  while (!text->empty() && std::string_view("-#+ 0,(<").find(text->front()) != std::string::npos) {
    if (text->front() == '<') {
      out->previous = true;
    } else if (out->Has(text->front())) {
      return false;
    } else {
      out->flags.push_back(text->front());
    }
    text->remove_prefix(1);
  }
  if (!text->empty() && text->front() >= '1' && text->front() <= '9' &&
      !ReadNumber(text, &out->width)) {
    return false;
  }
  if (!text->empty() && text->front() == '.') {
    text->remove_prefix(1);
    if (text->empty() || text->front() < '0' || text->front() > '9') return false;
    if (!ReadNumber(text, &out->precision)) return false;
  }
  if (text->empty()) return false;
  out->conversion = text->front();
  text->remove_prefix(1);
  const bool needs_width = out->Has('-') || out->Has('0');
  if (needs_width && out->width < 0) return false;
  return !(out->Has('-') && out->Has('0')) && !(out->Has('+') && out->Has(' '));
}

void AppendJustified(std::string_view text, const Specifier& spec, std::string* out) {
  const int64_t missing = spec.width - CountUtf16(text);
  const std::string spaces(static_cast<size_t>(std::max<int64_t>(missing, 0)), ' ');
  if (!spec.Has('-')) out->append(spaces);
  out->append(text);
  if (spec.Has('-')) out->append(spaces);
}

std::string Grouped(const std::string& whole) {
  std::string grouped;
  for (size_t i = 0; i < whole.size(); ++i) {
    if (i > 0 && (whole.size() - i) % 3 == 0) grouped.push_back(',');
    grouped.push_back(whole[i]);
  }
  return grouped;
}

/// Puts sign, grouping and zero padding around the digits of a number.
std::string Decorated(bool negative, std::string digits, const Specifier& spec,
                      bool finite = true) {
  if (spec.Has(',') && finite) {
    const size_t point = std::min(digits.find('.'), digits.size());
    digits = Grouped(digits.substr(0, point)) + digits.substr(point);
  }
  std::string before;
  std::string after;
  if (negative) {
    before = spec.Has('(') ? "(" : "-";
    after = spec.Has('(') ? ")" : "";
  } else if (spec.Has('+')) {
    before = "+";
  } else if (spec.Has(' ')) {
    before = " ";
  }
  if (spec.Has('0') && finite) {
    const size_t size = before.size() + digits.size() + after.size();
    if (size < static_cast<size_t>(spec.width)) {
      digits.insert(0, static_cast<size_t>(spec.width) - size, '0');
    }
  }
  return before + digits + after;
}

/// A positive number as digits and the power of ten of the first of them: 123.4 is 1234 and 2.
struct Digits {
  std::string digits;
  int exponent = 0;

  /// Keeps `count` digits (which may be none or less), rounding half up.
  void Round(int count) {
    if (count >= static_cast<int>(digits.size())) return;
    const bool up = count >= 0 && digits[static_cast<size_t>(count)] >= '5';
    digits.resize(static_cast<size_t>(std::max(count, 0)));
    if (!up) return;
    for (size_t i = digits.size(); i-- > 0;) {
      if (digits[i] != '9') {
        ++digits[i];
        return;
      }
      digits[i] = '0';
    }
    digits.insert(0, "1");
    ++exponent;
  }
};

/// The shortest digits that read back: Java rounds these, not the exact value.
Digits ShortestDigits(double value) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific);
  const std::string_view written(text, static_cast<size_t>(end.ptr - text));
  const size_t mark = written.find('e');
  Digits result;
  for (const char c : written.substr(0, mark)) {
    if (c != '.') result.digits.push_back(c);
  }
  result.exponent = std::atoi(std::string(written.substr(mark + 1)).c_str());
  return result;
}

std::string Fixed(double value, int precision) {
  Digits number = ShortestDigits(value);
  if (value == 0) number = {"", -1};
  number.Round(number.exponent + 1 + precision);
  std::string text;
  for (int place = std::max(number.exponent, 0); place >= -precision; --place) {
    if (place == -1) text.push_back('.');
    const int index = number.exponent - place;
    const bool there = index >= 0 && index < static_cast<int>(number.digits.size());
    text.push_back(there ? number.digits[static_cast<size_t>(index)] : '0');
  }
  return text;
}

std::string Scientific(double value, int precision) {
  Digits number = ShortestDigits(value);
  if (value == 0) number = {"0", 0};
  number.Round(1 + precision);
  number.digits.resize(static_cast<size_t>(1 + precision), '0');
  std::string text = number.digits.substr(0, 1);
  if (precision > 0) text += "." + number.digits.substr(1);
  const int magnitude = std::abs(number.exponent);
  return text + (number.exponent < 0 ? "e-" : "e+") + (magnitude < 10 ? "0" : "") +
         std::to_string(magnitude);
}

std::string General(double value, int precision) {
  if (precision == 0) precision = 1;
  if (value == 0) return Fixed(0, precision - 1);
  Digits number = ShortestDigits(value);
  number.Round(precision);
  if (number.exponent >= -4 && number.exponent < precision) {
    return Fixed(value, precision - number.exponent - 1);
  }
  return Scientific(value, precision - 1);
}

bool FormatDouble(const Specifier& spec, const FormatValue& value, std::string* out) {
  if (spec.Has('#') || (spec.conversion != 'f' && spec.conversion != 'g' && spec.Has(','))) {
    return false;
  }
  const double number = value.number;
  const bool negative = std::signbit(number) && !std::isnan(number);
  const double magnitude = std::abs(number);
  if (!std::isfinite(number)) {
    const std::string word = std::isnan(number) ? "NaN" : "Infinity";
    AppendJustified(std::isnan(number) ? word : Decorated(negative, word, spec, false), spec, out);
    return true;
  }
  const int precision = spec.precision < 0 ? 6 : spec.precision;
  std::string digits;
  if (spec.conversion == 'f') digits = Fixed(magnitude, precision);
  if (spec.conversion == 'e' || spec.conversion == 'E') digits = Scientific(magnitude, precision);
  if (spec.conversion == 'g') digits = General(magnitude, precision);
  std::string text = Decorated(negative, digits, spec);
  if (spec.conversion == 'E') std::replace(text.begin(), text.end(), 'e', 'E');
  AppendJustified(text, spec, out);
  return true;
}

bool FormatInteger(const Specifier& spec, const FormatValue& value, std::string* out) {
  if (spec.precision >= 0) return false;
  if (spec.conversion == 'd') {
    if (spec.Has('#')) return false;
    const bool negative = value.integer < 0;
    const uint64_t magnitude =
        negative ? 0 - static_cast<uint64_t>(value.integer) : static_cast<uint64_t>(value.integer);
    AppendJustified(Decorated(negative, std::to_string(magnitude), spec), spec, out);
    return true;
  }
  if (spec.Has('+') || spec.Has(' ') || spec.Has(',') || spec.Has('(')) return false;
  const uint64_t mask = value.bits == 64 ? ~uint64_t{0} : (uint64_t{1} << value.bits) - 1;
  char text[32];
  const int base = spec.conversion == 'o' ? 8 : 16;
  const auto end =
      std::to_chars(text, text + sizeof(text), static_cast<uint64_t>(value.integer) & mask, base);
  std::string digits(text, end.ptr);
  const std::string prefix = !spec.Has('#') ? "" : base == 8 ? "0" : "0x";
  if (spec.Has('0') && prefix.size() + digits.size() < static_cast<size_t>(spec.width)) {
    digits.insert(0, static_cast<size_t>(spec.width) - prefix.size() - digits.size(), '0');
  }
  std::string whole = prefix + digits;
  if (spec.conversion == 'X') {
    for (char& c : whole) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  AppendJustified(whole, spec, out);
  return true;
}

/// %s, %b and the text of NULL: cut to the precision, then justified.
bool FormatText(const Specifier& spec, std::string_view text, std::string* out) {
  if (!spec.flags.empty() && spec.flags != "-") return false;
  if (spec.precision >= 0) text = text.substr(0, OffsetOfCodePoint(text, spec.precision));
  std::string shown(text);
  if (spec.conversion == 'S' || spec.conversion == 'B') {
    shown.clear();
    AppendUpper(text, &shown);
  }
  AppendJustified(shown, spec, out);
  return true;
}

/// NULL where a number stands: cut to the precision, with the width and none of the other flags.
void AppendNull(const Specifier& spec, std::string* out) {
  std::string_view text = spec.conversion == 'X' || spec.conversion == 'E' ? "NULL" : "null";
  if (spec.precision >= 0) text = text.substr(0, static_cast<size_t>(spec.precision));
  AppendJustified(text, spec, out);
}

bool FormatCharacter(const Specifier& spec, const FormatValue& value, std::string* out) {
  const bool fits = value.kind == FormatValue::Kind::kInteger && value.bits <= 32 &&
                    value.integer >= 0 && value.integer <= 0x10FFFF;
  if (!fits || spec.precision >= 0 || (!spec.flags.empty() && spec.flags != "-")) return false;
  std::string one;
  AppendCodePoint(static_cast<char32_t>(value.integer), &one);
  AppendJustified(one, spec, out);
  return true;
}

bool FormatOne(const Specifier& spec, const FormatValue& value, std::string* out) {
  using Kind = FormatValue::Kind;
  const bool null = value.kind == Kind::kNull;
  switch (spec.conversion) {
    case 's':
    case 'S': return FormatText(spec, null ? "null" : std::string_view(value.text), out);
    case 'b':
    case 'B':
      return FormatText(
          spec, null || (value.kind == Kind::kBoolean && value.integer == 0) ? "false" : "true",
          out);
    case 'c': return null ? FormatText(spec, "null", out) : FormatCharacter(spec, value, out);
    case 'd':
    case 'o':
    case 'x':
    case 'X':
      if (null) {
        AppendNull(spec, out);
        return spec.precision < 0;
      }
      return value.kind == Kind::kInteger && FormatInteger(spec, value, out);
    case 'f':
    case 'e':
    case 'E':
    case 'g':
      if (null) {
        AppendNull(spec, out);
        return true;
      }
      return value.kind == Kind::kDouble && FormatDouble(spec, value, out);
    default: return false;
  }
}

}  // namespace

bool FormatLikeJava(std::string_view format, const std::vector<FormatValue>& values,
                    std::string* out) {
  size_t next = 0;
  std::optional<size_t> last;
  while (!format.empty()) {
    const size_t percent = std::min(format.find('%'), format.size());
    out->append(format.substr(0, percent));
    format.remove_prefix(percent);
    if (format.empty()) break;
    format.remove_prefix(1);
    Specifier spec;
    if (!ReadSpecifier(&format, &spec)) return false;
    if (spec.conversion == 'n') {
      if (spec.width >= 0 || spec.precision >= 0 || !spec.flags.empty()) return false;
      out->push_back('\n');
      continue;
    }
    if (spec.conversion == '%') {
      if (spec.precision >= 0 || (!spec.flags.empty() && spec.flags != "-")) return false;
      AppendJustified("%", spec, out);
      continue;
    }
    if (spec.previous) {
      if (!last.has_value()) return false;
    } else {
      last = spec.index > 0 ? static_cast<size_t>(spec.index - 1) : next++;
    }
    if (*last >= values.size() || !FormatOne(spec, values[*last], out)) return false;
  }
  return true;
}

}  // namespace millrace
